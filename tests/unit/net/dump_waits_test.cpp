#include <weft/net/asio.hpp>
#include <weft/net/signals.hpp>
#include <weft/net/tcp_listener.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_dump.hpp>
#include <weft/runtime/task_group.hpp>

#include <boost/asio/steady_timer.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <source_location>
#include <string>
#include <utility>

#include "support/models.hpp"

// Every awaitable of this layer in a dump: under its name, with the line of its co_await.

namespace {

using namespace std::chrono_literals;
using weft::task;
using weft::task_dump;
using weft::task_state;
using weft::tcp_listener;

unsigned here(const std::source_location& at = std::source_location::current()) {
  return static_cast<unsigned>(at.line());
}

task<> accept_nobody(tcp_listener& listener, unsigned& line) {
  line = here() + 1;
  auto nobody = co_await listener.accept();
  (void)nobody;
}

task<> read_nothing(tcp_listener& listener, unsigned& line) {
  auto stream = co_await weft::connect(listener.local());
  if (!stream) co_return;
  std::array<char, 8> bytes{};
  line = here() + 1;
  (void)co_await stream->read_some(bytes);
}

task<> write_too_much(tcp_listener& listener, unsigned& line) {
  auto stream = co_await weft::connect(listener.local());
  if (!stream) co_return;
  const std::string much(64 << 20, 'x');
  line = here() + 1;
  (void)co_await stream->write_all(much);
}

task<> wait_for_a_signal(tcp_listener&, unsigned& line) {
  weft::stop_signals signals;
  line = here() + 1;
  (void)co_await signals.next();
}

task<> wait_for_a_timer(tcp_listener&, unsigned& line) {
  boost::asio::steady_timer timer(weft::asio_executor(), 1h);
  line = here() + 1;
  (void)co_await timer.async_wait(weft::use_task);
}

struct row {
  const char* name;
  task<> (*wait)(tcp_listener&, unsigned& line);
};

const row table[] = {
    {"tcp_listener::accept", &accept_nobody}, {"tcp_stream", &read_nothing},
    {"tcp_stream", &write_too_much},          {"stop_signals::next", &wait_for_a_signal},
    {"an Asio operation", &wait_for_a_timer},
};

bool is_at(const task_state& t, unsigned line) {
  return std::any_of(t.awaits.begin(), t.awaits.end(), [line](const weft::await_place& at) {
    return at.line == line && std::string(at.file).ends_with("dump_waits_test.cpp");
  });
}

bool has_wait(const task_dump& dump, const std::string& name, unsigned line) {
  return std::any_of(dump.tasks.begin(), dump.tasks.end(), [&](const task_state& t) {
    return t.now == task_state::phase::waits && t.waits_for == name && is_at(t, line);
  });
}

// The connection is made by the system meanwhile.
task<task_dump> dump_of(const row& r, unsigned& line) {
  auto listener = tcp_listener::open({"127.0.0.1", 0});
  if (!listener) co_return task_dump();
  weft::task_group group;
  group.go(r.wait(*listener, line));
  task_dump dump;
  for (int looks = 0; looks < 2'000; ++looks) {
    (void)co_await weft::sleep(1ms);
    dump = weft::dump_tasks();
    if (has_wait(dump, r.name, line)) break;
  }
  group.cancel();
  co_await group.join();
  co_return dump;
}

TEST_CASE("a dump shows each kind of wait for I/O under its name, with the line of its co_await") {
  for (const auto io : {weft::io_kind::portable, weft::io_kind::direct}) {
    for (const row& r : table) {
      unsigned line = 0;
      const task_dump dump =
          weft::test::run_under({"event_loop", weft::event_loop{}, io}, dump_of(r, line));
      CAPTURE(r.name, name_of(io), line, dump.text());
      CHECK(line != 0);
      CHECK(has_wait(dump, r.name, line));
    }
  }
}

}  // namespace
