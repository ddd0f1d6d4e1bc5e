#include "running_server.hpp"

#include <weft/runtime/trace.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <map>
#include <string>

using namespace weft::test;
using weft::task;
using weft::trace_kind;

namespace {

task<> answer_three_and_refuse_one() {
  running_server server;
  server.start();
  co_await exchange(server, get("/a") + get("/throw"));
  co_await exchange(server, get("/nothing", last));
  co_await exchange(server, "no request\r\n\r\n");
  co_await server.stop();
}

// "arrived parsed 200 " and the like, by request.
std::map<std::uint32_t, std::string> told_of(const weft::trace_log& log) {
  std::map<std::uint32_t, std::string> requests;
  for (const auto& [track, index] : log.by_time()) {
    const weft::trace_event& e = log.tracks[track].events[index];
    if (e.kind == trace_kind::request_arrived) requests[e.id] += "arrived ";
    if (e.kind == trace_kind::request_parsed) requests[e.id] += "parsed ";
    if (e.kind == trace_kind::request_done) requests[e.id] += std::to_string(e.argument) + ' ';
    if (e.kind == trace_kind::request_shed) requests[e.id] += "shed " + std::to_string(e.argument);
  }
  return requests;
}

TEST_CASE("a trace tells of each request when it arrived, was parsed, and how it was answered") {
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    weft::trace_session session;
    run_under(m, answer_three_and_refuse_one());
    std::map<std::string, int> told;
    for (const auto& [request, text] : told_of(session.stop())) ++told[text];
    CHECK(told.size() == 4);
    CHECK(told["arrived parsed 200 "] == 1);
    CHECK(told["arrived parsed 500 "] == 1);
    CHECK(told["arrived parsed 204 "] == 1);
    CHECK(told["arrived 400 "] == 1);
  }
}

task<> turn_one_away() {
  auto options = on_a_free_port();
  options.limits.max_connections = 1;
  options.limits.accept_patience = std::chrono::milliseconds(1);
  running_server server(options);
  server.start();
  auto held = co_await server.connect();
  const bool served = co_await serves_on(held, "/a");
  CHECK(served);
  co_await exchange(server, get("/b"));
  co_await server.stop();
}

TEST_CASE("a trace tells of who was turned away for want of room") {
  weft::trace_session session;
  run_under({"event_loop", weft::event_loop{}}, turn_one_away());
  std::map<std::string, int> told;
  for (const auto& [request, text] : told_of(session.stop())) ++told[text];
  CHECK(told["arrived parsed 200 "] == 1);
  CHECK(told["arrived shed 503"] == 1);
}

}  // namespace
