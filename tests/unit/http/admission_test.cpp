#include "http/admission.hpp"

#include <weft/http/exchange.hpp>
#include <weft/http/metrics.hpp>
#include <weft/http/takeover.hpp>
#include <weft/runtime/event.hpp>
#include <weft/runtime/trace.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "streaming_handler.hpp"

using namespace std::chrono_literals;
using namespace weft;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using weft::http::admission;

namespace {

const std::string shed = "HTTP/1.1 503 Service Unavailable\r\n";
const std::string served = "HTTP/1.1 200 OK\r\n";
const std::string again_later = "Retry-After: 1\r\n";
const std::string closing = "Connection: close\r\n";

/// /wait takes until it is let go, /health is never shed; bodies are streamed to /streamed.
class busy_handler final : public http_handler {
public:
  body_plan plan_body(const request& head) override { return {head.path() == "/streamed", {}}; }
  bool is_never_shed(const request& head) override { return head.path() == "/health"; }
  task<> handle(const request& req, response& res) override {
    if (req.path() == "/health") req.exchange()->leave_count();
    if (req.path() == "/throw") throw std::runtime_error("planned");
    if (req.path() == "/wait") {
      begun.set();
      const auto waited = co_await let_go.wait();
      if (!waited) co_return;
    }
    res.body().append(req.path());
    res.body().append(req.body());
  }
  event begun;
  event let_go;
};

/// A server of which one request may be in flight, and that one waits.
class full_server {
public:
  full_server() : server_(options(), &handler_) {}

  task<> start() {
    server_.start();
    waiting_.emplace(weft::go(exchange(server_, get("/wait", last))));
    const auto begun = co_await handler_.begun.wait();
    CHECK(begun.has_value());
  }
  void make_room() { handler_.let_go.set(); }
  task<> stop() {
    make_room();
    const auto answer = co_await waiting_->join();
    CHECK_THAT(answer, StartsWith(served));
    co_await server_.stop();
    CHECK(metrics().requests_in_flight == 0);
  }
  running_server& server() { return server_; }
  http_metrics metrics() { return server_.server().metrics(); }
  std::uint64_t shed_so_far() {
    return metrics().rejected_for(rejection_reasons::requests_in_flight);
  }

private:
  static server_options options() {
    auto options = on_a_free_port();
    options.limits.max_requests_in_flight = 1;
    return options;
  }

  busy_handler handler_;
  running_server server_;
  std::optional<join_handle<std::string>> waiting_;
};

}  // namespace

// ------------------------------------------------------------------ the decision

TEST_CASE("without a limit admission is not in use") {
  admission gate{http_limits{}};
  CHECK(!gate.is_in_use());
  CHECK(!gate.times());
}

TEST_CASE("as many requests are let in as may be in flight, and another when one has left") {
  http_limits limits;
  limits.max_requests_in_flight = 2;
  admission gate(limits);
  CHECK(gate.is_in_use());
  CHECK(!gate.times());
  admission::place first;
  admission::place second;
  admission::place third;
  CHECK(gate.try_enter(1h, first) == nullptr);
  CHECK(gate.try_enter(1h, second) == nullptr);
  const auto* const why = gate.try_enter(duration{}, third);
  REQUIRE(why != nullptr);
  CHECK(why->status == http_status::service_unavailable);
  CHECK(why->metric == rejection_reasons::requests_in_flight);
  third.leave();  // has none
  CHECK(gate.try_enter(duration{}, third) != nullptr);
  first.leave();
  first.leave();  // only once
  CHECK(gate.try_enter(duration{}, third) == nullptr);
  CHECK(gate.try_enter(duration{}, first) != nullptr);
  { const admission::place gone = std::move(second); }
  CHECK(gate.try_enter(duration{}, first) == nullptr);
  http_metrics sum;
  gate.add_to(sum);
  CHECK(sum.requests_in_flight == 2);
  CHECK(sum.longest_queue_delay == duration{});
}

TEST_CASE("a request that has waited for just as long as it may is let in, a longer one is not") {
  http_limits limits;
  limits.max_queue_delay = 5ms;
  admission gate(limits);
  CHECK(gate.times());
  admission::place place;
  CHECK(gate.try_enter(duration{}, place) == nullptr);
  CHECK(gate.try_enter(5ms, place) == nullptr);
  const auto* const why = gate.try_enter(5ms + 1ns, place);
  REQUIRE(why != nullptr);
  CHECK(why->metric == rejection_reasons::queue_delay);
  gate.count_shed(*why);
  http_metrics sum;
  gate.add_to(sum);
  CHECK(sum.requests_in_flight == 0);
  CHECK(sum.longest_queue_delay == 5ms + 1ns);
  CHECK(sum.rejected_for(rejection_reasons::queue_delay) == 1);
  CHECK(sum.rejected_for(rejection_reasons::requests_in_flight) == 0);
}

TEST_CASE("a request that waited too long takes no place") {
  http_limits limits;
  limits.max_queue_delay = 5ms;
  limits.max_requests_in_flight = 1;
  admission gate(limits);
  admission::place place;
  CHECK(gate.try_enter(1s, place) != nullptr);
  CHECK(gate.try_enter(1ms, place) == nullptr);
}

// ------------------------------------------------------------------ a server that is full

TEST_CASE("a request past max_requests_in_flight is a 503 with Retry-After, and is counted") {
  under_each_model([]() -> task<> {
    full_server full;
    co_await full.start();
    const auto refused = co_await exchange(full.server(), get("/next", last));
    CHECK_THAT(refused, StartsWith(shed));
    CHECK_THAT(refused, ContainsSubstring(again_later));
    CHECK_THAT(refused, ContainsSubstring("application/problem+json"));
    CHECK_THAT(refused, ContainsSubstring("max_requests_in_flight"));
    CHECK(full.shed_so_far() == 1);
    CHECK(full.metrics().requests_in_flight == 1);
    CHECK(full.metrics().requests == 1);
    CHECK(full.metrics().responses[5] == 1);
    full.make_room();
    co_await full.stop();
    CHECK(full.metrics().responses[2] == 1);
  });
}

TEST_CASE("a connection goes on after a request was shed, and pipelined ones are shed in turn") {
  under_each_model([]() -> task<> {
    full_server full;
    co_await full.start();
    auto stream = co_await full.server().connect();
    co_await write(stream, get("/1") + get("/2"));
    auto answers = co_await read_until(stream, "allows\"}");
    if (count(answers, shed) < 2) answers += co_await read_until(stream, "allows\"}");
    CHECK(count(answers, shed) == 2);
    CHECK(count(answers, again_later) == 2);
    CHECK(count(answers, closing) == 0);
    CHECK(full.shed_so_far() == 2);
    full.make_room();
    for (int i = 0; i < 1000 && full.metrics().requests_in_flight != 0; ++i) co_await sleep(2ms);
    co_await write(stream, get("/3") + get("/4", last));
    const auto more = co_await read_to_end(stream);
    CHECK(count(more, served) == 2);
    CHECK(full.shed_so_far() == 2);
    co_await full.stop();
  });
}

TEST_CASE("an old client and one that asks only for the head are shed in their way") {
  under_each_model([]() -> task<> {
    full_server full;
    co_await full.start();
    const auto old = co_await exchange(full.server(), "GET / HTTP/1.0\r\n\r\n");
    CHECK_THAT(old, StartsWith(shed));
    CHECK_THAT(old, ContainsSubstring(again_later));
    const auto kept = co_await exchange(
        full.server(), "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n");
    CHECK(count(kept, shed) == 2);
    CHECK(count(kept, "Connection: keep-alive\r\n") == 1);
    const auto head =
        co_await exchange(full.server(), "HEAD / HTTP/1.1\r\nHost: here\r\n" + last + "\r\n");
    CHECK_THAT(head, StartsWith(shed));
    CHECK(head.ends_with("\r\n\r\n"));
    co_await full.stop();
  });
}

TEST_CASE("the 503 comes before the body, which is dropped where it is small") {
  under_each_model([]() -> task<> {
    full_server full;
    co_await full.start();
    static const std::string paths[] = {"/whole", "/streamed"};
    for (const auto& path : paths) {
      CAPTURE(path);
      auto stream = co_await full.server().connect();
      co_await write(stream,
                     "POST " + path + " HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n");
      const auto first = co_await read_until(stream, "allows\"}");
      CHECK_THAT(first, StartsWith(shed));
      CHECK(count(first, closing) == 0);
      co_await write(stream, "GET / no!" + get("/next", last));
      const auto second = co_await read_to_end(stream);
      CHECK(count(second, shed) == 1);
    }
    CHECK(full.shed_so_far() == 4);
    const auto chunks = co_await exchange(
        full.server(), post_chunks("/whole", "3;a=b\r\nabc\r\n0\r\nT: x\r\n\r\n") +
                           post("/whole", "body") + get("/next", last));
    CHECK(count(chunks, shed) == 3);
    co_await full.stop();
  });
}

TEST_CASE("where the body is large or not on its way a shed request ends its connection") {
  under_each_model([]() -> task<> {
    full_server full;
    co_await full.start();
    const std::string post = "POST / HTTP/1.1\r\nHost: here\r\n";
    const auto large =
        co_await exchange(full.server(), post + "Content-Length: 1000000\r\n\r\nbegun");
    CHECK_THAT(large, StartsWith(shed));
    CHECK(count(large, closing) == 1);
    const auto expecting = co_await exchange(
        full.server(), post + "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n");
    CHECK_THAT(expecting, StartsWith(shed));  // and no 100
    CHECK(count(expecting, closing) == 1);
    const auto broken =
        co_await exchange(full.server(), post_chunks("/", "no chunk\r\n") + get("/smuggled"));
    CHECK_THAT(broken, StartsWith(shed));
    CHECK(count(broken, "HTTP/1.1 ") == 1);
    CHECK(full.shed_so_far() == 3);
    co_await full.stop();
  });
}

TEST_CASE("what is never shed is answered by a full server, and takes no place") {
  under_each_model([]() -> task<> {
    full_server full;
    co_await full.start();
    const auto healthy = co_await exchange(full.server(), get("/health") + get("/x", last));
    CHECK(count(healthy, served) == 1);
    CHECK(count(healthy, shed) == 1);
    CHECK(full.metrics().requests_in_flight == 1);
    co_await full.stop();
  });
}

TEST_CASE("however a request ends, it gives its place back") {
  under_each_model([]() -> task<> {
    busy_handler handler;
    auto options = on_a_free_port();
    options.limits.max_requests_in_flight = 1;
    options.limits.max_body_bytes = 8;
    running_server server(options, &handler);
    server.start();
    static const std::string requests[] = {get("/", last),
                                           get("/throw", last),
                                           post("/", "small", last),
                                           post("/", "larger than it may be", last),
                                           post_chunks("/", "no chunk\r\n", last),
                                           post_chunks("/streamed", "3\r\nabc\r\n0\r\n\r\n", last),
                                           get("/health", last)};
    for (const auto& each : requests) {
      CAPTURE(each);
      const auto answer = co_await exchange(server, each);
      CHECK_THAT(answer, StartsWith("HTTP/1.1 "));
      CHECK(count(answer, "503") == 0);
      for (int i = 0; i < 1000 && server.server().metrics().requests_in_flight != 0; ++i)
        co_await sleep(2ms);
      CHECK(server.server().metrics().requests_in_flight == 0);
    }
    {  // a peer that goes away in the middle of its body
      auto stream = co_await server.connect();
      co_await write(stream, "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 8\r\n\r\nb");
      for (int i = 0; i < 1000 && server.server().metrics().requests_in_flight != 1; ++i)
        co_await sleep(2ms);
      CHECK(server.server().metrics().requests_in_flight == 1);
    }
    for (int i = 0; i < 1000 && server.server().metrics().requests_in_flight != 0; ++i)
      co_await sleep(2ms);
    const auto answer = co_await exchange(server, get("/", last));
    CHECK_THAT(answer, StartsWith(served));
    co_await server.stop();
  });
}

TEST_CASE("a connection that speaks another protocol is no request in flight") {
  class silence final : public weft::http::takeover {
  public:
    task<> run(weft::http::upgraded_stream& stream) override {
      std::array<char, 8> buffer{};
      const auto got = co_await stream.read_some(buffer);
      static_cast<void>(got);
    }
  };
  under_each_model([]() -> task<> {
    streaming_handler handler([](const request& req, response& res) -> task<> {
      if (req.path() == "/up") res.set_takeover("silence", std::make_shared<silence>());
      co_return;
    });
    auto options = on_a_free_port();
    options.limits.max_requests_in_flight = 1;
    running_server server(options, &handler);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/up", "Connection: upgrade\r\nUpgrade: silence\r\n"));
    const auto switched = co_await read_until(stream, "\r\n\r\n");
    CHECK_THAT(switched, StartsWith("HTTP/1.1 101 "));
    const auto answer = co_await exchange(server, get("/", last));
    CHECK_THAT(answer, StartsWith(served));
    co_await write(stream, "bye");
    co_await server.stop();
  });
}

// ------------------------------------------------------------------ waiting for a turn

TEST_CASE("how long requests wait for their turn is measured, and bounded by max_queue_delay") {
  under_each_model([]() -> task<> {
    static constexpr duration bounds[] = {1h, 0ns};
    for (const auto bound : bounds) {
      auto options = on_a_free_port();
      options.limits.max_queue_delay = bound;
      running_server server(options);
      server.start();
      const auto answer = co_await exchange(server, get("/", last));
      const auto seen = server.server().metrics();
      CHECK(seen.queue_delay > 0ns);
      CHECK(seen.longest_queue_delay == seen.queue_delay);
      if (bound == 1h) {
        CHECK_THAT(answer, StartsWith(served));
        CHECK(seen.rejected.empty());
      } else {
        CHECK_THAT(answer, StartsWith(shed));
        CHECK_THAT(answer, ContainsSubstring(again_later));
        CHECK_THAT(answer, ContainsSubstring("max_queue_delay"));
        CHECK(seen.rejected_for(rejection_reasons::queue_delay) == 1);
        CHECK(seen.requests == 0);
      }
      co_await server.stop();
    }
  });
}

TEST_CASE("requests behind a shed one have waited too, those behind a served one have not") {
  under_each_model([]() -> task<> {
    busy_handler handler;
    auto options = on_a_free_port();
    options.limits.max_queue_delay = 0ns;  // what comes first on a connection has waited
    running_server server(options, &handler);
    server.start();
    const auto answers = co_await exchange(
        server, get("/1") + post("/2", "body") + get("/health") + get("/3") + get("/4", last));
    CHECK(count(answers, shed) == 2);
    CHECK(count(answers, served) == 3);
    CHECK(answers.starts_with(shed));
    CHECK(server.server().metrics().rejected_for(rejection_reasons::queue_delay) == 2);
    co_await server.stop();
  });
}

TEST_CASE("a server without these limits measures and counts nothing") {
  under_each_model([]() -> task<> {
    running_server server;
    server.start();
    co_await exchange(server, get("/", last));
    CHECK(server.server().metrics().queue_delay == duration{});
    CHECK(server.server().metrics().longest_queue_delay == duration{});
    CHECK(server.server().metrics().requests_in_flight == 0);
    co_await server.stop();
  });
}

TEST_CASE("a trace tells of a request that was shed") {
  weft::trace_session session;
  run_under({"event_loop", event_loop{}}, []() -> task<> {
    auto options = on_a_free_port();
    options.limits.max_requests_in_flight = 0;
    running_server server(options);
    server.start();
    co_await exchange(server, get("/", last));
    co_await server.stop();
  }());
  const weft::trace_log log = session.stop();
  int arrived = 0;
  int turned_away = 0;
  for (const auto& [track, index] : log.by_time()) {
    const weft::trace_event& e = log.tracks[track].events[index];
    if (e.kind == trace_kind::request_arrived) ++arrived;
    if (e.kind == trace_kind::request_shed && e.argument == 503) ++turned_away;
  }
  CHECK(arrived == 1);
  CHECK(turned_away == 1);
}
