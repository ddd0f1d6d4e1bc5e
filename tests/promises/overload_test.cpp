#include "http/admission.hpp"
#include "promises/background_server.hpp"
#include "promises/plain_client.hpp"
#include "support/models.hpp"
#include "unit/http/running_server.hpp"

#include <weft/http/metrics.hpp>
#include <weft/http/request_parser.hpp>
#include <weft/http/response_writer.hpp>
#include <weft/runtime/event.hpp>
#include <weft/runtime/semaphore.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/testing/memory_network.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

// Overload in virtual time, with admission as it is and a worker that is occupied for exactly as
// long as a handler takes; and over sockets, without a figure, that a server asks admission, when,
// and with what.

using namespace std::chrono_literals;
using namespace weft;
using namespace weft::test;
using weft::testing::memory_network;
using weft::testing::memory_stream;

namespace {

// ------------------------------------------------------------------ in virtual time

time_point now() { return scheduler::current().now(); }

constexpr duration time_of_handler = 1ms;
constexpr duration time_of_shedding = 20us;  // a 50th: parsing, and a short answer
constexpr double capacity = 1;               // requests a millisecond

/// Whether a handler computes, and holds a worker, or waits for one of ten that it does not hold.
enum class kind_of_handler { computes, waits };

/// A server without sockets: connections in a network inside of the process, one worker.
class timeless_server {
public:
  timeless_server(const http_limits& limits, kind_of_handler kind)
      : limits_(limits), gate_(limits), kind_(kind), listener_(*network_.listen("server")) {}

  memory_network& network() { return network_; }
  http_metrics metrics() const {
    http_metrics sum;
    gate_.add_to(sum);
    return sum;
  }
  task<> serve() {
    task_group connections;
    for (;;) {
      auto arrived = co_await listener_.accept();
      if (!arrived) break;
      connections.go(serve_one(std::move(*arrived)));
    }
    co_await connections.join();
  }
  void stop() { listener_.close(); }

private:
  task<> serve_one(memory_stream stream) {
    std::array<char, 256> buffer;
    const auto got = co_await stream.read_some(buffer);
    if (!got) co_return;
    const time_point found = now();
    auto turn = co_await worker_.acquire();
    if (!turn) co_return;
    http::request_parser parser(limits_);
    const auto step = parser.next({buffer.data(), *got});
    if (step.event != http::parse_event::head) co_return;
    http::admission::place place;
    const auto* why = gate_.try_enter(now() - found, place);
    if (parser.message().path() == "/health") why = nullptr;
    response answer;
    if (why != nullptr) {
      http::describe_error(answer, *why);
      co_await sleep(time_of_shedding);
    } else {
      co_await handle(std::move(*turn));
    }
    byte_buffer out;
    http::write_response(out, answer, {});
    const auto sent = co_await stream.write_all(out.view());
    static_cast<void>(sent);
  }

  task<> handle(semaphore::permit turn) {
    if (kind_ == kind_of_handler::computes) {
      co_await sleep(time_of_handler);
      co_return;
    }
    { const auto given_back = std::move(turn); }
    const auto asked = co_await elsewhere_.acquire();
    if (!asked) co_return;
    co_await sleep(10 * time_of_handler);
  }

  const http_limits limits_;
  http::admission gate_;
  const kind_of_handler kind_;
  memory_network network_;
  testing::memory_listener listener_;
  semaphore worker_{1};
  semaphore elsewhere_{10};
};

/// What came of the requests that began in one stretch of time.
struct outcome {
  std::vector<duration> served;  // how long each took
  std::size_t shed = 0;
  std::size_t shed_without_retry_after = 0;
  std::size_t healthy = 0;
  std::size_t unhealthy = 0;
  duration lasted{};

  duration p99() {
    if (served.empty()) return duration::max();
    std::ranges::sort(served);
    return served[(served.size() - 1) * 99 / 100];
  }
  /// In requests a millisecond.
  double goodput() const {
    return static_cast<double>(served.size()) /
           std::chrono::duration<double, std::milli>(lasted).count();
  }
};

task<> ask_in_memory(memory_network& network, std::string path, outcome& sum) {
  const time_point begin = now();
  auto stream = co_await network.connect("server");
  if (!stream) co_return;
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: here\r\n\r\n";
  const auto sent = co_await stream->write_all(request);
  std::array<char, 1024> buffer;
  const auto got = co_await stream->read_some(buffer);
  if (!sent || !got) co_return;
  const std::string_view answer(buffer.data(), *got);
  const bool is_served = answer.starts_with("HTTP/1.1 200 ");
  if (path == "/health") {
    ++(is_served ? sum.healthy : sum.unhealthy);
  } else if (is_served) {
    sum.served.push_back(now() - begin);
  } else {
    ++sum.shed;
    if (answer.find("Retry-After: ") == std::string_view::npos) ++sum.shed_without_retry_after;
  }
}

/// Requests come as they come, answered or not, and every 50th looks at the server's health.
task<> offer(timeless_server& server, double load, duration time, task_group& clients, outcome& sum,
             std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const time_point begin = now();
  time_point due = begin;
  for (int number = 1;; ++number) {
    const double drawn = (static_cast<double>(random() >> 11U) + 0.5) * 0x1p-53;
    const std::chrono::duration<double, std::milli> pause(-std::log(drawn) / (load * capacity));
    due += std::chrono::duration_cast<duration>(pause);
    if (due >= begin + time) break;
    co_await sleep(due - now());
    clients.go(ask_in_memory(server.network(), number % 50 == 0 ? "/health" : "/", sum));
  }
  co_await sleep(begin + time - now());
  sum.lasted = time;
}

struct overload_outcome {
  outcome before;
  outcome overloaded;
  outcome settling;
  outcome after;
};

task<> overload(http_limits limits, kind_of_handler kind, overload_outcome& seen) {
  timeless_server server(limits, kind);
  task_group serving;
  serving.go(server.serve());
  task_group clients;
  co_await offer(server, 0.7, 4s, clients, seen.before, 1);
  co_await offer(server, 2, 4s, clients, seen.overloaded, 2);
  co_await offer(server, 0.7, 2s, clients, seen.settling, 3);
  co_await offer(server, 0.7, 4s, clients, seen.after, 1);
  co_await clients.join();
  CHECK(server.metrics().requests_in_flight == 0);
  server.stop();
  co_await serving.join();
}

void check_that_overload_keeps_its_p99(const http_limits& limits, kind_of_handler kind) {
  for (const auto& m : seeds(3)) {
    CAPTURE(m.name);
    overload_outcome seen;
    run_under(m, overload(limits, kind, seen));
    const duration usual = seen.before.p99();
    CAPTURE(usual.count(), seen.overloaded.served.size(), seen.overloaded.shed);
    CHECK(seen.before.shed == 0);
    CHECK(seen.overloaded.p99() <= 3 * usual);
    CHECK(seen.overloaded.goodput() >= 0.9 * capacity);
    CHECK(seen.overloaded.shed > seen.overloaded.served.size() / 2);
    CHECK(seen.after.shed == 0);
    CHECK(seen.after.p99() <= usual + usual / 10);
    for (const auto* each : {&seen.before, &seen.overloaded, &seen.settling, &seen.after}) {
      CHECK(each->shed_without_retry_after == 0);
      CHECK(each->healthy > 0);
      CHECK(each->unhealthy == 0);
    }
  }
}

}  // namespace

TEST_CASE("at twice its capacity a server that computes keeps its p99, by max_queue_delay") {
  http_limits limits;
  limits.max_queue_delay = 15ms;
  check_that_overload_keeps_its_p99(limits, kind_of_handler::computes);
}

TEST_CASE("at twice its capacity a server that waits keeps its p99, by max_requests_in_flight") {
  http_limits limits;
  limits.max_requests_in_flight = 30;
  check_that_overload_keeps_its_p99(limits, kind_of_handler::waits);
}

// ------------------------------------------------------------------ over sockets

namespace {

/// /wait waits until it is let go, /compute holds its thread for 0.6 s, /health is never shed.
class occupied_handler final : public http_handler {
public:
  bool is_never_shed(const request& head) override { return head.path() == "/health"; }
  task<> handle(const request& req, response& res) override {
    if (req.path() == "/wait") {
      const auto waited = co_await let_go.wait();
      if (!waited) co_return;
    }
    if (req.path() == "/compute") std::this_thread::sleep_for(600ms);
    res.body().append(req.body());
  }
  event let_go;
};

task<> warm_up(tcp_stream& stream) {
  co_await write(stream, get("/"));
  co_await read_until(stream, "\r\n\r\n");
}

// The loop finds both requests at once, and goes from one to the other.
task<> compute_twice(http_limits limits, std::size_t& served, std::size_t& shed) {
  occupied_handler handler;
  auto options = on_a_free_port();
  options.limits = limits;
  options.limits.idle_grace = duration{0};
  running_server server(options, &handler);
  server.start();
  auto one = co_await server.connect();
  auto other = co_await server.connect();
  co_await warm_up(one);
  co_await warm_up(other);
  co_await write(one, get("/compute", last));
  co_await write(other, get("/compute", last));
  const auto first = co_await read_to_end(one);
  const auto second = co_await read_to_end(other);
  served = count(first + second, "HTTP/1.1 200 ");
  shed = count(first + second, "HTTP/1.1 503 ");
  co_await server.stop();
}

}  // namespace

TEST_CASE("a full server sheds before the body is read, and is never too full for its health") {
  http_limits limits;
  limits.max_requests_in_flight = 1;
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    occupied_handler handler;
    background_server server(m, handler, limits);
    plain_client waiting(server.port());
    waiting.send(get("/wait"));
    REQUIRE(within_reason([&] { return server.server().metrics().requests == 1; }));
    plain_client client(server.port());
    // Of the body comes nothing yet.
    const auto shed = client.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n");
    CHECK(shed.is(503));
    CHECK(shed.retry_after == "1");
    client.send("body");
    CHECK(client.ask(get("/health")).is(200));
    CHECK(server.server().metrics().rejected_for(rejection_reasons::requests_in_flight) == 1);
    handler.let_go.set();
    CHECK(waiting.read_answer().is(200));
    REQUIRE(within_reason([&] { return server.server().metrics().requests_in_flight == 0; }));
    CHECK(client.ask(get("/")).is(200));
  }
}

TEST_CASE("what waits behind a handler that never suspends is shed when it has waited too long") {
  http_limits limits;
  limits.max_queue_delay = 500ms;
  for (const io_kind io : {io_kind::portable, io_kind::direct}) {
    CAPTURE(name_of(io));
    std::size_t served = 0;
    std::size_t shed = 0;
    run_under({"event_loop", event_loop{}, io}, compute_twice(limits, served, shed));
    CHECK(served == 1);
    CHECK(shed == 1);
  }
}
