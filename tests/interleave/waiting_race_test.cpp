// What tasks wait in for threads: each object is destroyed as soon as its promise allows.

#include "testing/interleave/explore.hpp"

#include <weft/runtime/detail/threading.hpp>
#include <weft/runtime/event.hpp>
#include <weft/runtime/oneshot.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/semaphore.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/wait_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <utility>

namespace {

using weft::detail::os_thread;
using weft::task;
using weft::testing::exploration;
using weft::testing::explore;
using weft::testing::must;

task<> wait_and_destroy(std::unique_ptr<weft::event> e) {
  auto waited = co_await e->wait();
  must(bool(waited), "a wait for an event failed");
  e.reset();
}

void event_is_destroyed() {
  auto owned = std::make_unique<weft::event>();
  weft::event& e = *owned;
  os_thread setter([&e] { e.set(); });
  weft::scheduler s(weft::event_loop{});
  s.run(wait_and_destroy(std::move(owned)));
  setter.join();
}

task<> wait_for_all(std::unique_ptr<weft::wait_group> group) {
  auto waited = co_await group->wait();
  must(bool(waited), "a wait for a group failed");
  group.reset();
}

void wait_group_is_destroyed() {
  auto owned = std::make_unique<weft::wait_group>(2);
  weft::wait_group& group = *owned;
  os_thread first([&group] { group.done(); });
  os_thread second([&group] { group.done(); });
  weft::scheduler s(weft::event_loop{});
  s.run(wait_for_all(std::move(owned)));
  first.join();
  second.join();
}

task<int> receive(weft::oneshot_receiver<int> receiver) {
  auto value = co_await receiver.recv();
  co_return value ? *value : 0;
}

void oneshot_ends_race() {
  weft::oneshot<int> answer;
  bool sent = false;
  os_thread sender([&sent, to = std::move(answer.sender)]() mutable { sent = to.send(7); });
  weft::scheduler s(weft::event_loop{});
  must(s.run(receive(std::move(answer.receiver))) == 7, "the value is wrong");
  sender.join();
  must(sent, "a value that was received was not sent");
}

task<> enter(weft::semaphore& places, weft::detail::atomic<int>& inside) {
  auto permit = co_await places.acquire();
  must(bool(permit), "an acquire failed");
  must(inside.fetch_add(1) == 0, "more are inside than there are permits");
  inside.fetch_sub(1);
}

task<> enter_both(weft::semaphore& places, weft::detail::atomic<int>& inside) {
  weft::task_group group;
  group.go(enter(places, inside));
  group.go(enter(places, inside));
  co_await group.join();
}

void permits() {
  weft::semaphore places(1);
  weft::detail::atomic<int> inside{0};
  os_thread other([&] {
    auto permit = places.try_acquire();
    if (!permit) return;
    must(inside.fetch_add(1) == 0, "more are inside than there are permits");
    inside.fetch_sub(1);
  });
  weft::scheduler s(weft::event_loop{});
  s.run(enter_both(places, inside));
  other.join();
  must(places.available() == 1, "a permit was lost or made");
}

}  // namespace

TEST_CASE("who waited for an event may destroy it at once") {
  const auto done = explore("event", exploration(), &event_is_destroyed);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("who waited for a wait_group may destroy it at once") {
  const auto done = explore("wait_group", exploration(), &wait_group_is_destroyed);
  CHECK(done.complete_up_to >= 1);
}

TEST_CASE("either end of a oneshot may go first") {
  const auto done = explore("oneshot", exploration(), &oneshot_ends_race);
  CHECK(done.complete_up_to >= 2);
}

TEST_CASE("a semaphore lets in as many as it has permits, and loses none") {
  const auto done = explore("semaphore", exploration(), &permits);
  CHECK(done.complete_up_to >= 1);
}
