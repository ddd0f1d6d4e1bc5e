#include "testing/interleave/explore.hpp"

#include <weft/runtime/channel.hpp>
#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {

using weft::channel;
using weft::detail::os_thread;
using weft::task;
using weft::task_group;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

struct tally {
  int sum = 0;
  int ends = 0;
};

task<> receive_until_end(channel<int>& values, tally& t) {
  for (;;) {
    auto value = co_await values.recv();
    if (!value) break;
    t.sum += *value;
  }
  ++t.ends;
}

task<> receive_until_ends(channel<int>& values, tally& t) {
  task_group group;
  group.go(receive_until_end(values, t));
  group.go(receive_until_end(values, t));
  co_await group.join();
}

void send(channel<int>& values, int value) {
  while (!values.try_send(value)) weft::detail::give_way();
}

// Another thread sends two values and closes, while two tasks receive.
void hand_off_and_close(std::size_t capacity) {
  tally t;
  channel<int> values(capacity);
  weft::testing::call_it(values, "channel");
  os_thread sender([&] {
    send(values, 1);
    send(values, 2);
    values.close();
  });
  weft::scheduler s(weft::event_loop{});
  s.run(receive_until_ends(values, t));
  sender.join();
  must(t.sum == 3, "a value was lost or doubled");
  must(t.ends == 2, "a receiver did not see the end");
}

// Two other threads: one sends, one closes; what try_send took is received.
void send_against_close() {
  tally t;
  bool sent = false;
  channel<int> values(1);
  weft::testing::call_it(values, "channel");
  os_thread sender([&] {
    int value = 4;
    sent = values.try_send(value);
  });
  os_thread closer([&] { values.close(); });
  weft::scheduler s(weft::event_loop{});
  s.run(receive_until_end(values, t));
  sender.join();
  closer.join();
  must(t.sum == (sent ? 4 : 0), "a value that was taken was not received");
}

task<> send_two(channel<int>& values, int& closed) {
  for (int i = 1; i <= 2; ++i) {
    auto outcome = co_await values.send(i);
    if (!outcome) ++closed;
  }
}

// A task sends, and another thread takes one value and closes.
void receive_against_close() {
  int closed = 0;
  int received = 0;
  channel<int> values;
  weft::testing::call_it(values, "channel");
  os_thread receiver([&] {
    while (!received) {
      if (auto value = values.try_recv()) received = *value;
      else weft::detail::give_way();
    }
    values.close();
  });
  weft::scheduler s(weft::event_loop{});
  s.run(send_two(values, closed));
  receiver.join();
  must(received == 1, "the first value did not come first");
  must(closed == 1, "a sender did not see the close");
}

}  // namespace

TEST_CASE("values that meet waiting receivers arrive once, and all receivers see the end") {
  exploration how;
  const auto done = explore("hand-off, close", how, [] { hand_off_and_close(0); });
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("values in a buffer arrive once, and all receivers see the end") {
  exploration how;
  const auto done = explore("buffer, close", how, [] { hand_off_and_close(1); });
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("a channel that is closed while somebody sends delivers what it took") {
  exploration how;
  const auto done = explore("send against close", how, &send_against_close);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("a sender that waits while its channel is closed is told so") {
  exploration how;
  const auto done = explore("receive against close", how, &receive_against_close);
  CHECK(done.complete_up_to >= 1);
}
