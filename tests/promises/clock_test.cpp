#include "promises/background_server.hpp"
#include "promises/plain_client.hpp"
#include "promises/wall_clock.hpp"
#include "unit/http/streaming_handler.hpp"

#include <weft/runtime/sleep.hpp>

#include <catch2/catch_test_macros.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::request;
using weft::response;
using weft::task;

/// /hold answers once somebody has asked for /release.
class holding_handler final : public weft::http_handler {
public:
  task<> handle(const request& req, response& res) override {
    if (req.path() == "/release") released_ = true;
    if (req.path() == "/hold") {
      ++held_;
      bool goes_on = true;
      while (goes_on && !released_) {
        const std::error_code end = co_await weft::sleep(2ms);
        goes_on = !end;
      }
    }
    res.body().append(req.path());
  }
  bool holds() const noexcept { return held_ != 0; }

private:
  std::atomic<bool> released_{false};
  std::atomic<int> held_{0};
};

}  // namespace

namespace {

/// A server and its clients in different states when the clock jumps.
struct served {
  explicit served(const named_model& m)
      : name(m.name),
        server(m, handler, limits()),
        idle(server.port()),
        held(server.port()),
        begun(server.port()),
        stuck(server.port()) {}

  static weft::http_limits limits() {
    weft::http_limits all;
    all.header_timeout = 3s;
    return all;
  }
  void begin() {
    CHECK(idle.ask(get("/idle")).is(200));
    held.send(get("/hold"));
    CHECK(within_reason([&] { return handler.holds(); }));
    stuck.send("GET /stuck HT");
    begun.send("GET /begun HTT");
  }
  void go_on() {
    begun.send("P/1.1\r\nHost: here\r\n\r\n");
    CHECK(begun.read_answer().is(200));
    CHECK(idle.ask(get("/release")).is(200));
    CHECK(held.read_answer().is(200));
  }
  void end() {
    CHECK(stuck.read_answer().is(408));
    stuck.close();
    CHECK(idle.ask(get("/idle")).is(200));
  }

  const std::string name;
  holding_handler handler;
  background_server server;
  plain_client idle;
  plain_client held;
  plain_client begun;
  plain_client stuck;
};

}  // namespace

TEST_CASE("a jump of the wall clock ends nothing, and what has to end still does") {
  for (const auto by : {24h, -24h}) {
    std::vector<std::unique_ptr<served>> all;
    for (const auto& m : serving_models_with_io()) all.push_back(std::make_unique<served>(m));
    for (const auto& each : all) each->begin();
    const wall_clock_jump jump(by);
    std::this_thread::sleep_for(220ms);  // for looks of the servers' at their deadlines
    for (const auto& each : all) {
      CAPTURE(each->name, by.count());
      each->go_on();
    }
    for (const auto& each : all) {
      CAPTURE(each->name, by.count());
      each->end();
    }
  }
}

namespace {

/// A server in a process of its own, which can be stopped and let go on.
class child_server {
public:
  child_server(const named_model& m, const weft::http_limits& limits) : name_(m.name) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      holding_handler handler;
      background_server server(m, handler, limits);
      const std::uint16_t port = server.port();
      const bool told = ::write(ends[1], &port, sizeof port) == sizeof port;
      if (!told) ::_exit(1);
      for (;;) ::pause();  // until it is killed
    }
    const bool heard = ::read(ends[0], &port_, sizeof port_) == sizeof port_;
    ::close(ends[0]);
    ::close(ends[1]);
    REQUIRE(heard);
  }
  child_server(const child_server&) = delete;
  child_server& operator=(const child_server&) = delete;
  ~child_server() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  const std::string& name() const { return name_; }
  std::uint16_t port() const { return port_; }
  void pause() const {
    int status = 0;
    ::kill(pid_, SIGSTOP);
    ::waitpid(pid_, &status, WUNTRACED);
    REQUIRE(WIFSTOPPED(status));
  }
  void go_on() const { ::kill(pid_, SIGCONT); }

private:
  const std::string name_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

/// Clients of one such server in different states, over a pause.
struct paused_clients {
  explicit paused_clients(const child_server& server)
      : idle(server.port()), begun(server.port()), body(server.port()), held(server.port()) {}

  plain_client idle;
  plain_client begun;
  plain_client body;
  plain_client held;
};

template <class Do>
void for_each(std::vector<std::unique_ptr<child_server>>& servers,
              std::vector<paused_clients>& clients, Do what) {
  for (std::size_t i = 0; i < servers.size(); ++i) {
    CAPTURE(servers[i]->name());
    what(*servers[i], clients[i]);
  }
}

// All servers stand still at the same time, so that the test takes no longer for being complete.
void expect_nothing_is_late_after(std::chrono::milliseconds pause,
                                  const weft::http_limits& limits) {
  std::vector<std::unique_ptr<child_server>> servers;
  for (const auto& m : serving_models_with_io())
    servers.push_back(std::make_unique<child_server>(m, limits));
  std::vector<paused_clients> clients;
  for (const auto& server : servers) clients.emplace_back(*server);

  for_each(servers, clients, [](const child_server&, paused_clients& c) {
    CHECK(c.idle.ask(get("/idle")).is(200));
    c.held.send(get("/hold"));
    c.begun.send("GET /begun HTT");
    c.body.send("POST /body HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\nbo");
    CHECK(c.idle.ask(get("/idle")).is(200));
  });
  std::this_thread::sleep_for(20ms);  // they have read what there is
  for_each(servers, clients, [](const child_server& s, paused_clients& c) {
    s.pause();
    c.idle.send(get("/idle"));
    c.begun.send("P/1.1\r\nHost: here\r\n\r\n");
    c.body.send("dy");
  });
  std::this_thread::sleep_for(pause);
  for_each(servers, clients, [](const child_server& s, paused_clients&) { s.go_on(); });
  for_each(servers, clients, [](const child_server& s, paused_clients& c) {
    CHECK(c.idle.read_answer().is(200));
    CHECK(c.begun.read_answer().is(200));
    CHECK(c.body.read_answer().is(200));
    plain_client fresh(s.port());
    CHECK(fresh.ask(get("/release")).is(200));
    CHECK(c.held.read_answer().is(200));
  });
}

}  // namespace

TEST_CASE("what arrived while the process stood still is not timed out") {
  weft::http_limits limits;
  limits.header_timeout = limits.body_grace = limits.keep_alive_timeout = 500ms;
  expect_nothing_is_late_after(800ms, limits);
}

TEST_CASE("the time in which the process stood still is nobody's") {
  weft::http_limits limits;
  limits.handler_timeout = limits.write_timeout = 2s;
  expect_nothing_is_late_after(2500ms, limits);
}
