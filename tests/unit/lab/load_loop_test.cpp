#include "load/load_loop.hpp"
#include "load/request_spec.hpp"

#include "fake_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using lab::load_loop;
using lab::load_plan;
using lab::test::fake_server;

namespace {

load_plan short_plan(const fake_server& server) {
  load_plan plan;
  plan.target = server.endpoint();
  plan.kinds = {lab::parse_request_spec("json GET /json")};
  plan.connections = 4;
  plan.warm_up_seconds = 0;
  plan.seconds = 0.05;
  return plan;
}

const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace

TEST_CASE("a counted closed loop measures exactly as many requests as asked for") {
  fake_server server([](int) { return good; });
  load_plan plan = short_plan(server);
  plan.count = 200;
  const auto result = load_loop(plan).run();
  CHECK(result.replies == 200);
  CHECK(result.kinds.front().latency.count() == 200);
  CHECK(result.kinds.front().body_bytes == 2);
  CHECK(result.errors.sum() == 0);
}

TEST_CASE("pipelined requests are answered in order") {
  fake_server server([](int) { return good; });
  load_plan plan = short_plan(server);
  plan.pipeline = 16;
  plan.count = 320;
  const auto result = load_loop(plan).run();
  CHECK(result.replies == 320);
  CHECK(result.errors.sum() == 0);
}

TEST_CASE("the open loop sends what its schedule says, however fast the answers come") {
  fake_server server([](int) { return good; });
  load_plan plan = short_plan(server);
  plan.rate = 100;
  plan.arrivals = lab::arrival_pattern::fixed;
  plan.seconds = 1;
  const auto result = load_loop(plan).run();
  // A busy machine may hold the last answers up until after the end.
  CHECK(result.kinds.front().latency.count() >= 95);
  CHECK(result.kinds.front().latency.count() <= 100);
  CHECK(result.errors.sum() == 0);
}

TEST_CASE("an open-loop request waits from the moment it was due, not from when it was sent") {
  // One connection and answers that take 20 ms, at 100 a second: each is later than the one before.
  fake_server server([](int) { return good; }, std::chrono::milliseconds(20));
  load_plan plan = short_plan(server);
  plan.connections = 1;
  plan.rate = 100;
  plan.arrivals = lab::arrival_pattern::fixed;
  plan.seconds = 0.2;
  const auto result = load_loop(plan).run();
  const auto& latency = result.kinds.front().latency;
  CHECK(latency.count() >= 19);
  CHECK(latency.max() >= std::chrono::milliseconds(150));
  CHECK(result.generator.waited_for_connection > 0);
}

TEST_CASE("every request has a connection of its own when asked for") {
  fake_server server(
      [](int) { return "HTTP/1.1 200 OK\r\nConnection: close\r\n" + good.substr(17); });
  load_plan plan = short_plan(server);
  plan.keep_alive = false;
  plan.count = 20;
  const auto result = load_loop(plan).run();
  CHECK(result.replies == 20);
  CHECK(result.errors.sum() == 0);
  CHECK(server.connections() >= 21);
}

TEST_CASE("a server that ends connections in good order loses no request") {
  fake_server server([](int n) {
    return n % 5 == 4 ? "HTTP/1.1 200 OK\r\nConnection: close\r\n" + good.substr(17) : good;
  });
  load_plan plan = short_plan(server);
  plan.pipeline = 4;
  plan.count = 100;
  const auto result = load_loop(plan).run();
  CHECK(result.replies == 100);
  CHECK(result.errors.sum() == 0);
}

TEST_CASE("idle connections are asked before and after the run") {
  fake_server server([](int) { return good; });
  load_plan plan = short_plan(server);
  plan.idle_connections = 10;
  const auto result = load_loop(plan).run();
  CHECK(result.idle_asked == 20);
  CHECK(result.idle_answered == 20);
}

TEST_CASE("another status, another body and broken framing are counted as errors") {
  const auto errors_of = [](std::string bad) {
    fake_server server([bad](int n) { return n == 10 ? bad : good; });
    load_plan plan = short_plan(server);
    plan.connections = 1;
    plan.count = 50;
    return load_loop(plan).run().errors;
  };
  CHECK(errors_of("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nok").status == 1);
  CHECK(errors_of("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno").body == 1);
  CHECK(errors_of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok!").body == 1);
  CHECK(errors_of("HTTP/1.1 200 OK\r\n\r\n").framing == 1);
}

TEST_CASE("a connection that the server drops is an error and is opened again") {
  fake_server server([](int n) { return n == 10 ? std::string() : good; });
  load_plan plan = short_plan(server);
  plan.connections = 1;
  plan.seconds = 0.1;
  const auto result = load_loop(plan).run();
  CHECK(result.errors.closed == 1);
  CHECK(result.replies > 10);
}

TEST_CASE("a target at which nothing listens ends the run at once") {
  load_plan plan;
  plan.target = fake_server::unused_endpoint();
  plan.kinds = {lab::parse_request_spec("json GET /json")};
  CHECK_THROWS_AS(load_loop(plan).run(), std::runtime_error);
}

TEST_CASE("a first answer that is an error ends the run at once") {
  fake_server server([](int) { return "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"; });
  CHECK_THROWS_AS(load_loop(short_plan(server)).run(), std::runtime_error);
}
