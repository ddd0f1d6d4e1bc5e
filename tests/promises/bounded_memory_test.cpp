#include "promises/background_server.hpp"
#include "promises/faults.hpp"
#include "promises/plain_client.hpp"
#include "unit/http/streaming_handler.hpp"

#include <weft/runtime/event.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <variant>
#include <vector>

// What a slow peer costs in memory is bounded by its connection, not by what it asks for or sends.
// ThreadSanitizer replaces the operator new that counts here.

#ifdef WEFT_REPLACES_NEW

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::request;
using weft::response;
using weft::task;

constexpr std::size_t peers = 16;
constexpr std::size_t large = 4 * 1024 * 1024;
// For each: 4 KiB idle, 16 KiB of headers, 64 KiB written ahead, and the frames of its tasks.
constexpr std::uint64_t bytes_a_peer = (4 + 16 + 64 + 8) * 1024;

/// Where any thread may end what another began, each keeps a stock of the work areas that came back
/// to it (work_area.cpp), and the models of these tests have four threads at most.
std::uint64_t share_of(const named_model& m) {
  const bool is_shared =
      std::holds_alternative<weft::gil>(m.value) || std::holds_alternative<weft::parallel>(m.value);
  return peers * bytes_a_peer * (is_shared ? 4 : 1);
}

/// /large is produced in pieces, each as soon as the one before it is taken. /hold streams its body
/// and reads none of it for as long as it is held.
class slow_peers_handler final : public weft::http_handler {
public:
  weft::body_plan plan_body(const request& head) override { return {head.path() == "/hold", {}}; }
  task<> handle(const request& req, response& res) override {
    ++begun;
    if (req.path() == "/large") produce(res, [this](weft::body_writer& out) { return write(out); });
    if (req.path() == "/hold") co_await released.wait();
  }

  std::atomic<std::size_t> begun{0};
  std::atomic<std::size_t> written{0};
  weft::event released;

private:
  task<> write(weft::body_writer& out) {
    static const std::string piece(16 * 1024, 'p');
    for (std::size_t sent = 0; sent < large; sent += piece.size()) {
      const auto taken = co_await out.write(piece);
      if (!taken) co_return;
      written += piece.size();
    }
  }
};

/// Waits until nothing moves any more.
template <class Value>
bool comes_to_rest(Value value) {
  auto last = value();
  auto since = std::chrono::steady_clock::now();
  return within_reason([&] {
    const auto now = std::chrono::steady_clock::now();
    if (const auto seen = value(); seen != last) {
      last = seen;
      since = now;
    }
    return now - since > 100ms;
  });
}

std::vector<plain_client> connect_all(background_server& server) {
  constexpr int small_buffer = 4 * 1024;
  std::vector<plain_client> clients;
  for (std::size_t i = 0; i < peers; ++i) clients.emplace_back(server.port(), small_buffer);
  for (auto& client : clients) CHECK(client.ask(get("/")).is(200));
  return clients;
}

}  // namespace

TEST_CASE("readers that take nothing hold no more than their connections' share of memory") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    slow_peers_handler handler;
    background_server server(m, handler);
    auto clients = connect_all(server);
    const auto before = allocated_bytes();
    for (const auto& client : clients) client.send(get("/large"));
    CHECK(within_reason([&] { return handler.begun == 2 * peers; }));
    CHECK(comes_to_rest([&] { return handler.written.load(); }));
    CHECK(handler.written < peers * large);
    CHECK(allocated_bytes() < before + share_of(m));
    // And whoever reads again gets it all.
    const auto answer = clients.front().read_answer();
    CHECK(answer.is(200));
    CHECK(answer.body.size() == large);
    for (auto& client : clients) client.reset();
    CHECK(server.stop());
  }
}

TEST_CASE("senders whose body nobody reads hold no more than their connections' share of memory") {
  const std::string body(large, 'b');
  const std::string head =
      "POST /hold HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    slow_peers_handler handler;
    background_server server(m, handler);
    auto clients = connect_all(server);
    const auto before = allocated_bytes();
    for (const auto& client : clients) client.send(head);
    CHECK(within_reason([&] { return handler.begun == 2 * peers; }));
    std::vector<std::thread> sending;
    for (const auto& client : clients) {
      sending.emplace_back([&client, &body] {
        const spared_thread spared;
        client.send("400000\r\n");
        client.send(body);
      });
    }
    CHECK(comes_to_rest([&] { return server.server().metrics().received_bytes; }));
    CHECK(allocated_bytes() < before + share_of(m));
    CHECK(server.server().metrics().received_bytes < peers * large);
    for (const auto& client : clients) client.finish_writing();
    handler.released.set();
    for (auto& sender : sending) sender.join();
    for (auto& client : clients) client.reset();
    CHECK(server.stop());
  }
}

#endif
