#include <weft/runtime/channel.hpp>
#include <weft/runtime/once.hpp>
#include <weft/runtime/oneshot.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/select.hpp>
#include <weft/runtime/shared_mutex.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>

#include <support/last_words.hpp>
#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <memory>
#include <string>

// Objects that go while somebody waits in them: the waiter's links would lead nowhere, so the
// process ends with a line that says which it was. Those with a test file that has this are not
// here.

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using weft::task;
using weft::test::last_words;
using weft::test::run_seeded;

/// Lets a task wait in the object, and destroys that.
template <class Object>
task<> destroy_under(std::unique_ptr<Object> object, task<> (*wait)(Object&)) {
  auto waiter = weft::go(wait(*object));
  (void)co_await weft::sleep(1ms);
  object.reset();
}

template <class Object>
std::string words_of(task<> (*wait)(Object&)) {
  return last_words([wait] { run_seeded(destroy_under(std::make_unique<Object>(), wait)); });
}

task<> sleep_long() { (void)co_await weft::sleep(1h); }
task<> do_it(weft::once& o) { (void)co_await o.call(sleep_long); }
task<> call_twice(weft::once& o) {
  auto first = weft::go(do_it(o));
  auto second = weft::go(do_it(o));
  co_await second.join();
  co_await first.join();
}

TEST_CASE("a once that is destroyed while a task waits for another to do it ends the process") {
  CHECK_THAT(words_of(&call_twice),
             ContainsSubstring("a weft::once was destroyed while somebody waits in it"));
}

task<> read(weft::shared_mutex& m) { const auto held = co_await m.lock_shared(); }
task<> write(weft::shared_mutex& m) { const auto held = co_await m.lock(); }
task<> read_a_locked_one(weft::shared_mutex& m) {
  (void)m.try_lock();
  co_await read(m);
}
task<> write_a_read_one(weft::shared_mutex& m) {
  (void)m.try_lock_shared();
  co_await write(m);
}

TEST_CASE("a shared mutex that is destroyed while a reader or a writer waits ends the process") {
  const char* const said = "a weft::shared_mutex was destroyed while somebody waits in it";
  CHECK_THAT(words_of(&read_a_locked_one), ContainsSubstring(said));
  CHECK_THAT(words_of(&write_a_read_one), ContainsSubstring(said));
}

task<> receive_answer(weft::oneshot<int>& o) { (void)co_await o.receiver.recv(); }

TEST_CASE("the receiver of a oneshot that is destroyed while a task waits in it ends the process") {
  CHECK_THAT(
      words_of(&receive_answer),
      ContainsSubstring("a weft::oneshot_receiver was destroyed while somebody waits in it"));
}

task<> select_receive(weft::channel<int>& c) {
  const auto chosen = co_await weft::select(weft::recv(c), weft::after(1h));
  (void)chosen;
}
task<> select_send(weft::channel<int>& c) {
  const auto chosen = co_await weft::select(weft::send(c, 1), weft::after(1h));
  (void)chosen;
}

TEST_CASE("a channel that is destroyed while a select waits in it ends the process") {
  const char* const said = "a weft::channel was destroyed while somebody waits in it";
  CHECK_THAT(words_of(&select_receive), ContainsSubstring(said));
  CHECK_THAT(words_of(&select_send), ContainsSubstring(said));
}

}  // namespace
