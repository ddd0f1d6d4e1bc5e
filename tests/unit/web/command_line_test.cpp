#include "web/command_line.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace {

using weft::detail::parse_command_line;
using weft::run_options;
using addresses = std::vector<std::string>;

std::variant<run_options, int> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "program");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data(), {});
}

/// The options of a line that must be good.
run_options options(const std::vector<const char*>& arguments) {
  return std::get<run_options>(parse(arguments));
}

TEST_CASE("no arguments give the defaults") {
  const auto given = options({});
  CHECK(std::holds_alternative<weft::parallel>(given.model));
  CHECK(given.listen == addresses{"127.0.0.1:8080"});
  CHECK(!given.socket_mode);
}

TEST_CASE("the model, its workers and the address come from the command line") {
  const auto pool = options({"--model=parallel", "--workers=3", "--listen=[::1]:0"});
  CHECK(std::get<weft::parallel>(pool.model).workers == 3);
  CHECK(pool.listen == addresses{"[::1]:0"});
  const auto lock = options({"--model", "gil", "--workers", "8", "--interval", "0.5"});
  CHECK(std::get<weft::gil>(lock.model).threads == 8);
  CHECK(std::get<weft::gil>(lock.model).switch_interval == std::chrono::microseconds(500));
  const auto loops = options({"--model=sharded", "--workers=3"});
  CHECK(std::get<weft::sharded>(loops.model).shards == 3);
  const auto each = options({"--model=threads", "--workers=1000"});
  CHECK(std::get<weft::threads>(each.model).max == 1000);
  CHECK(std::holds_alternative<weft::event_loop>(
      options({"--model=event_loop", "--workers=1"}).model));
}

TEST_CASE("what the command line does not say stays as the program has it") {
  run_options defaults;
  defaults.model = weft::gil{.threads = 3};
  defaults.listen = {"127.0.0.1:81", "unix:/a"};
  defaults.socket_mode = 0600;
  defaults.limits.max_body_bytes = 7;
  const std::vector<const char*> line{"program", "--listen=127.0.0.1:82"};
  const auto given = std::get<run_options>(
      parse_command_line(static_cast<int>(line.size()), line.data(), defaults));
  CHECK(std::get<weft::gil>(given.model).threads == 3);
  CHECK(given.listen == addresses{"127.0.0.1:82"});
  CHECK(given.socket_mode == 0600);
  CHECK(given.limits.max_body_bytes == 7);
}

TEST_CASE("a program listens on all addresses that the command line has") {
  const auto given = options({"--listen=127.0.0.1:0", "--listen", "unix:/a.sock", "--listen=fd:3",
                              "--listen=inherited", "--socket-mode=660"});
  CHECK(given.listen == addresses{"127.0.0.1:0", "unix:/a.sock", "fd:3", "inherited"});
  CHECK(given.socket_mode == 0660);
}

TEST_CASE("how sockets wait comes from the command line") {
  CHECK(options({}).io == weft::io_kind::automatic);
  CHECK(options({"--io=portable"}).io == weft::io_kind::portable);
  CHECK(options({"--io", "direct"}).io == weft::io_kind::direct);
}

TEST_CASE("a command line that makes no sense ends with exit code 2") {
  const std::vector<std::vector<const char*>> lines = {
      {"--model=threadz"},
      {"--model=deterministic"},
      {"--model"},
      {"--listen=here"},
      {"--listen=127.0.0.1"},
      {"--listen=127.0.0.1:0", "--listen=here"},
      {"--listen=127.0.0.1:0", "127.0.0.1:0"},
      {"--listen=unix:"},
      {"--listen=fd:x"},
      {"--listen"},
      {"--socket-mode=8"},
      {"--socket-mode=1777"},
      {"--socket-mode=rw"},
      {"--socket-mode=-1"},
      {"--listen=127.0.0.1:65536"},
      {"--workers=-1"},
      {"--workers=many"},
      {"--workers=65"},
      {"--model=gil", "--workers=65"},
      {"--model=threads", "--workers=4097"},
      {"--model=event_loop", "--workers=2"},
      {"--model=parallel", "--interval=5"},
      {"--interval=-5"},
      {"--io=fast"},
      {"--io="},
      {"--what"},
      {"stray"},
  };
  for (const auto& line : lines) {
    INFO("first argument " << line.front());
    const auto parsed = parse(line);
    REQUIRE(std::holds_alternative<int>(parsed));
    CHECK(std::get<int>(parsed) == 2);
  }
}

TEST_CASE("help and version end with exit code 0") {
  CHECK(std::get<int>(parse({"--help"})) == 0);
  CHECK(std::get<int>(parse({"--version"})) == 0);
}

}  // namespace
