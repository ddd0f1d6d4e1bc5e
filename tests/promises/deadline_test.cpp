#include "promises/background_server.hpp"
#include "promises/plain_client.hpp"
#include "unit/http/streaming_handler.hpp"

#include <weft/http/metrics.hpp>
#include <weft/runtime/sleep.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// Each deadline under each model, all servers waiting at the same time.

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::request;
using weft::response;
using weft::task;

class late_handler final : public weft::http_handler {
public:
  task<> handle(const request& req, response& res) override {
    if (req.path() == "/large") res.body().append(large_body());
    if (req.path() == "/wait") {
      const std::error_code end = co_await weft::sleep(1h);
      if (end == weft::condition::canceled) ++cancelled;
    }
    res.body().append("answer");
  }
  std::atomic<int> cancelled{0};
};

struct late_peer {
  late_peer(const named_model& m, const weft::http_limits& limits)
      : name(m.name), server(m, handler, limits), client(server.port()) {}

  std::uint64_t rejected_for(std::string_view reason) {
    return server.server().metrics().rejected_for(reason);
  }

  const std::string name;
  late_handler handler;
  background_server server;
  plain_client client;
};

template <class Each>
void for_each(const std::vector<std::unique_ptr<late_peer>>& peers, Each each) {
  for (const auto& peer : peers) {
    CAPTURE(peer->name);
    each(*peer);
  }
}

std::vector<std::unique_ptr<late_peer>> under_each_model_at_once(const weft::http_limits& limits) {
  std::vector<std::unique_ptr<late_peer>> all;
  for (const auto& m : serving_models_with_io())
    all.push_back(std::make_unique<late_peer>(m, limits));
  return all;
}

}  // namespace

TEST_CASE("a head that does not come in time is a 408, though a byte of it comes now and then") {
  weft::http_limits limits;
  limits.header_timeout = 300ms;
  const auto peers = under_each_model_at_once(limits);
  for_each(peers, [](late_peer& p) { p.client.send("GET /"); });
  for (int i = 0; i < 8; ++i) {
    std::this_thread::sleep_for(40ms);
    for_each(peers, [](late_peer& p) { p.client.send("x"); });
  }
  for_each(peers, [](late_peer& p) {
    CHECK(p.client.read_answer().is(408));
    CHECK(p.rejected_for(weft::rejection_reasons::header_timeout) == 1);
    p.client.close();
  });
}

TEST_CASE("a body that trickles in is a 408, a slow and steady one is taken") {
  weft::http_limits limits;
  limits.header_timeout = 200ms;
  limits.body_grace = 400ms;
  limits.min_bytes_per_second = 1000;
  const std::string head = "POST /b HTTP/1.1\r\nHost: here\r\nContent-Length: ";
  for (const std::size_t piece : {1U, 400U}) {
    CAPTURE(piece);
    constexpr std::size_t pieces = 14;
    const auto peers = under_each_model_at_once(limits);
    for_each(peers, [&](late_peer& p) {
      p.client.send(head + std::to_string(pieces * piece) + "\r\n\r\n");
    });
    for (std::size_t i = 0; i < pieces; ++i) {
      std::this_thread::sleep_for(50ms);
      for_each(peers, [&](late_peer& p) { p.client.send(std::string(piece, 'b')); });
    }
    for_each(peers, [&](late_peer& p) {
      CHECK(p.client.read_answer().is(piece == 1 ? 408 : 200));
      CHECK(p.rejected_for(weft::rejection_reasons::body_pace) == (piece == 1 ? 1 : 0));
      p.client.close();
    });
  }
}

TEST_CASE("a handler that takes too long is cancelled, and the answer is a 503") {
  weft::http_limits limits;
  limits.handler_timeout = 50ms;
  const auto peers = under_each_model_at_once(limits);
  for_each(peers, [](late_peer& p) { p.client.send(get("/wait") + get("/canary")); });
  for_each(peers, [](late_peer& p) {
    const auto answer = p.client.read_answer();
    CHECK(answer.is(503));
    CHECK(answer.body.find("handler_timeout") != std::string::npos);
    CHECK(answer.retry_after == "1");
    CHECK(p.handler.cancelled == 1);
    CHECK(p.client.is_ended_by_peer());  // and no canary
    CHECK(p.rejected_for(weft::rejection_reasons::handler_timeout) == 1);
    p.client.close();
  });
}

TEST_CASE("a reader that takes nothing is reset") {
  weft::http_limits limits;
  limits.write_timeout = 50ms;
  const auto peers = under_each_model_at_once(limits);
  for_each(peers, [](late_peer& p) { p.client.send(get("/large")); });
  for_each(peers, [](late_peer& p) {
    CHECK(within_reason([&] { return p.server.server().metrics().requests == 1; }));
    CHECK(within_reason([&] { return p.server.server().connections() == 0; }));
    CHECK(p.rejected_for(weft::rejection_reasons::slow_reader) == 1);
    CHECK(p.client.read_answer().how == plain_answer::ending::cut);
  });
}
