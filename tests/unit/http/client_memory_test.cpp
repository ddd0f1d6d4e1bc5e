#include "scripted_peer.hpp"

#include <weft/http/client.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <fstream>
#include <string>

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
      CHECK(most - before < 4 * megabyte);
    }
    co_await peer.stop();
  });
}
