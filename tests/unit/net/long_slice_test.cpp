#include <weft/net/tcp_listener.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "support/models.hpp"
#include "support/plain_socket.hpp"

using namespace std::chrono_literals;
using weft::task;
using weft::tcp_listener;
using weft::tcp_stream;
using weft::test::connected_to;
using weft::test::plain_socket;

namespace {

bool gets_answer(const plain_socket& client) {
  std::string answer;
  return client.receive(answer) == 1;
}

/// How far server and client are.
struct progress {
  std::atomic<bool> is_waiting{false};
  std::atomic<bool> is_computing{false};
  std::atomic<bool> is_over{false};
};

task<> compute(tcp_stream stream, progress& shared) {
  std::array<char, 1> byte;
  auto got = co_await stream.read_some(byte);
  if (!got) co_return;
  shared.is_computing.store(true);
  while (!shared.is_over.load()) weft::checkpoint();
}

task<> answer(tcp_stream stream) {
  std::array<char, 1> byte;
  auto got = co_await stream.read_some(byte);
  if (!got) co_return;
  auto sent = co_await stream.write_all("!");
  (void)sent;
}

void wait_for(const std::atomic<bool>& flag) {
  while (!flag.load()) std::this_thread::sleep_for(1ms);
}

// The first request is computed on until the second one's client has seen what it waits for.
bool is_answered_meanwhile(std::uint16_t port, progress& shared) {
  const plain_socket first = connected_to(port, 10s);
  const plain_socket second = connected_to(port, 10s);
  wait_for(shared.is_waiting);
  std::this_thread::sleep_for(20ms);  // until all workers sleep
  bool answered = first.send("?");
  if (answered) wait_for(shared.is_computing);
  answered = answered && second.send("?") && gets_answer(second);
  shared.is_over.store(true);
  return answered;
}

task<bool> a_long_slice_beside_a_short_request() {
  auto listener = tcp_listener::open({"127.0.0.1", 0});
  progress shared;
  bool answered = false;
  std::thread client([&, port = listener.value().local().port] {
    answered = is_answered_meanwhile(port, shared);
  });
  auto first = co_await listener->accept();
  auto second = co_await listener->accept();
  auto computing = weft::go(compute(std::move(first.value()), shared));
  auto answering = weft::go(answer(std::move(second.value())));
  shared.is_waiting.store(true);
  co_await computing.join();
  co_await answering.join();
  client.join();
  co_return answered;
}

bool has_workers_for_each_other(const weft::model& m) {
  return std::holds_alternative<weft::gil>(m) || std::holds_alternative<weft::parallel>(m);
}

}  // namespace

TEST_CASE("while the worker that came from I/O computes, another waits for I/O in its place") {
  for (const auto& m : weft::test::serving_models_with_io()) {
    if (!has_workers_for_each_other(m.value)) continue;
    CAPTURE(m.name);
    for (int round = 0; round < 5; ++round) {
      CHECK(weft::test::run_under(m, a_long_slice_beside_a_short_request()));
    }
  }
}
