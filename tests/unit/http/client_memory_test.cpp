#include "scripted_peer.hpp"

#include <weft/http/client.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

using namespace weft::test;
using weft::http::client;
using weft::http::client_request;
using weft::task;

namespace {

constexpr std::size_t megabyte = 1024 * 1024;
constexpr std::size_t body_bytes = 100 * megabyte;

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * 4096;
}

/// Sends the head and body of a large answer, and counts what the system has taken.
scripted_peer::script large_answer(std::atomic<std::size_t>& sent) {
  return [&sent](peer_connection& c) -> task<> {
    const auto head = co_await c.next_head();
    if (head.empty()) co_return;
    co_await c.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body_bytes) +
                    "\r\n\r\n");
    const std::string piece(megabyte / 4, 'x');
    for (std::size_t at = 0; at < body_bytes; at += piece.size()) {
      const bool taken = co_await c.send(piece);
      if (!taken) co_return;
      sent += piece.size();
    }
    co_await c.until_closed();
  };
}

/// 100 MB, and how many of them were asked for.
class large_body_of_request final : public weft::http::outgoing_body {
public:
  explicit large_body_of_request(std::atomic<std::size_t>& pulled) : pulled_(pulled) {}
  task<weft::result<std::string_view>> read() override {
    if (pulled_ == body_bytes) co_return weft::condition::eof;
    pulled_ += piece_.size();
    co_return piece_;
  }

private:
  const std::string piece_ = std::string(megabyte / 4, 'x');
  std::atomic<std::size_t>& pulled_;
};

}  // namespace

TEST_CASE("100 MB are read by pieces in flat memory, and a reader that waits holds the sender up") {
  under_each_model([]() -> task<> {
    std::atomic<std::size_t> sent{0};
    scripted_peer peer(large_answer(sent));
    co_await peer.start();
    {
      client c;
      client_request request(weft::http_method::get, peer.url());
      auto answer = co_await c.open(request);
      REQUIRE(answer.has_value());
      co_await weft::sleep(std::chrono::milliseconds(50));
      const std::size_t held_up_at = sent;
      CHECK(held_up_at < 32 * megabyte);

      const std::size_t before = resident_bytes();
      std::size_t most = before;
      std::size_t bytes = 0;
      std::size_t looks = 0;
      for (;;) {
        auto piece = co_await answer->read();
        if (!piece) break;
        bytes += piece->size();
        if (++looks % 256 == 0) most = std::max(most, resident_bytes());
      }
      CHECK(answer->complete());
      CHECK(bytes == body_bytes);
      CHECK(most < before + 4 * megabyte);
    }
    co_await peer.stop();
  });
}

TEST_CASE(
    "100 MB are sent by pieces in flat memory, and a server that waits holds their maker up") {
  under_each_model([]() -> task<> {
    std::atomic<std::size_t> pulled{0};
    std::size_t held_up_at = 0;
    std::size_t before = 0;
    std::size_t after = 0;
    scripted_peer peer([&](peer_connection& c) -> task<> {
      co_await c.next_head();
      co_await weft::sleep(std::chrono::milliseconds(50));
      held_up_at = pulled;
      before = resident_bytes();
      const auto came = co_await c.drop(body_bytes);
      after = resident_bytes();
      co_await c.send(ok_with(std::to_string(came)));
      co_await c.until_closed();
    });
    co_await peer.start();
    {
      client c;
      client_request request(weft::http_method::put, peer.url());
      request.set_body(std::make_shared<large_body_of_request>(pulled), body_bytes);
      auto answer = co_await c.send(request);
      REQUIRE(answer.has_value());
      CHECK(answer->body() == std::to_string(body_bytes));
      CHECK(held_up_at < 32 * megabyte);
      CHECK(after < before + 4 * megabyte);
    }
    co_await peer.stop();
  });
}
