#include <weft/runtime/blocking.hpp>
#include <weft/runtime/broadcast.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/event.hpp>
#include <weft/runtime/interval.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/once.hpp>
#include <weft/runtime/oneshot.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/select.hpp>
#include <weft/runtime/semaphore.hpp>
#include <weft/runtime/shared_mutex.hpp>
#include <weft/runtime/shield.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_dump.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/wait_group.hpp>
#include <weft/runtime/when_all.hpp>
#include <weft/runtime/when_any.hpp>
#include <weft/runtime/with_stop.hpp>
#include <weft/runtime/with_stop_token.hpp>

#include <support/models.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <source_location>
#include <stop_token>
#include <string>
#include <thread>

// Every awaitable of the runtime in a dump: under its name, with the line of its co_await.

namespace {

using namespace std::chrono_literals;
using weft::task;
using weft::task_dump;
using weft::task_state;
using phase = task_state::phase;

/// What somebody waits in, until it is opened.
struct place {
  place() {
    (void)taken.try_lock();
    (void)shared.try_lock();
    int value = 1;
    (void)full.try_send(value);
  }
  void open() {
    { const weft::mutex::lock_guard held(taken); }
    { const weft::shared_mutex::lock_guard held(shared); }
    set.set();
  }

  weft::channel<int> empty;
  weft::channel<int> full{1};
  weft::semaphore permits{0};
  weft::event set;
  weft::oneshot<int> answer;
  weft::mutex taken;
  weft::shared_mutex shared;
  weft::wait_group counted{1};
  weft::once done;
  weft::broadcast<int> values{1};
  std::stop_source stop;
};

unsigned here(const std::source_location& at = std::source_location::current()) {
  return static_cast<unsigned>(at.line());
}

task<> until_open(place& p) { (void)co_await p.set.wait(); }
task<int> until_open_with_value(place& p) {
  (void)co_await p.set.wait();
  co_return 1;
}

// Each leaves the line on which it awaits.

task<> receive(place& p, unsigned& line) {
  line = here() + 1;
  (void)co_await p.empty.recv();
}
task<> send(place& p, unsigned& line) {
  line = here() + 1;
  (void)co_await p.full.send(2);
}
task<> select_one(place& p, unsigned& line) {
  line = here() + 1;
  const auto chosen = co_await weft::select(weft::recv(p.empty), weft::after(1h));
  (void)chosen;
}
task<> acquire(place& p, unsigned& line) {
  line = here() + 1;
  const auto permit = co_await p.permits.acquire();
  (void)permit;
}
task<> wait_for_event(place& p, unsigned& line) {
  line = here() + 1;
  (void)co_await p.set.wait();
}
task<> receive_answer(place& p, unsigned& line) {
  line = here() + 1;
  (void)co_await p.answer.receiver.recv();
}
task<> receive_news(place& p, unsigned& line) {
  auto mine = p.values.subscribe();
  line = here() + 1;
  (void)co_await mine.recv();
}
task<> lock(place& p, unsigned& line) {
  line = here() + 1;
  const auto held = co_await p.taken.lock();
}
task<> lock_shared(place& p, unsigned& line) {
  line = here() + 1;
  const auto held = co_await p.shared.lock_shared();
}
task<> lock_alone(place& p, unsigned& line) {
  line = here() + 1;
  const auto held = co_await p.shared.lock();
}
task<> wait_for_count(place& p, unsigned& line) {
  line = here() + 1;
  (void)co_await p.counted.wait();
}
task<> sleep(place&, unsigned& line) {
  line = here() + 1;
  (void)co_await weft::sleep(1h);
}
task<> sleep_until(place&, unsigned& line) {
  line = here() + 1;
  (void)co_await weft::sleep_until(weft::scheduler::current().now() + 1h);
}
task<> tick(place&, unsigned& line) {
  weft::interval ticks(1h);
  line = here() + 1;
  (void)co_await ticks.tick();
}
task<> join_a_handle(place& p, unsigned& line) {
  auto child = weft::go(until_open(p));
  line = here() + 1;
  co_await child.join();
}
task<> join_a_forked(place& p, unsigned& line) {
  auto child = co_await weft::fork(until_open(p));
  line = here() + 1;
  co_await child.join();
}
task<> join_a_group(place& p, unsigned& line) {
  weft::task_group group;
  group.go(until_open(p));
  line = here() + 1;
  co_await group.join();
}
task<> all(place& p, unsigned& line) {
  line = here() + 1;
  (void)co_await weft::when_all(until_open(p), until_open_with_value(p));
}
task<> any(place& p, unsigned& line) {
  line = here() + 1;
  (void)co_await weft::when_any(until_open(p), until_open_with_value(p));
}
task<> limited(place& p, unsigned& line) {
  line = here() + 1;
  (void)co_await weft::with_timeout(1h, until_open(p));
}
task<> shielded(place& p, unsigned& line) {
  line = here() + 1;
  co_await weft::shield(until_open(p));
}
task<> stoppable(place& p, unsigned& line) {
  line = here() + 1;
  co_await weft::with_stop(p.stop.get_token(), until_open(p));
}
task<> with_token(place& p, unsigned& line) {
  const auto body = [&p](std::stop_token) { return until_open(p); };
  line = here() + 1;
  co_await weft::with_stop_token(body);
}

task<> do_it(place* p) { (void)co_await p->set.wait(); }
task<> call_first(place& p) { (void)co_await p.done.call(do_it, &p); }
task<> call_once(place& p, unsigned& line) {
  auto first = weft::go(call_first(p));
  (void)co_await weft::sleep(1us);
  line = here() + 1;
  (void)co_await p.done.call(do_it, &p);
  co_await first.join();
}

struct row {
  const char* name;
  task<> (*wait)(place&, unsigned& line);
};

const row table[] = {
    {"channel::recv", &receive},
    {"channel::send", &send},
    {"select", &select_one},
    {"semaphore::acquire", &acquire},
    {"event::wait", &wait_for_event},
    {"oneshot::recv", &receive_answer},
    {"broadcast::recv", &receive_news},
    {"mutex::lock", &lock},
    {"shared_mutex::lock", &lock_alone},
    {"shared_mutex::lock_shared", &lock_shared},
    {"wait_group::wait", &wait_for_count},
    {"once::call", &call_once},
    {"sleep", &sleep},
    {"sleep", &sleep_until},
    {"sleep", &tick},
    {"join_handle::join", &join_a_handle},
    {"join_handle::join", &join_a_forked},
    {"task_group::join", &join_a_group},
    {"when_all", &all},
    {"when_any", &any},
    {"with_deadline", &limited},
    {"shield", &shielded},
    {"with_stop", &stoppable},
    {"with_stop_token", &with_token},
};

// The wait is over before the place is gone, whether a cancel ends it or not.
task<task_dump> dump_of(const row& r, unsigned& line) {
  place p;
  weft::task_group group;
  group.go(r.wait(p, line));
  (void)co_await weft::sleep(1ms);
  task_dump dump = weft::dump_tasks();
  p.open();
  group.cancel();
  co_await group.join();
  co_return dump;
}

bool is_at(const task_state& t, unsigned line) {
  return std::any_of(t.awaits.begin(), t.awaits.end(), [line](const weft::await_place& at) {
    return at.line == line && std::string(at.file).ends_with("dump_waits_test.cpp");
  });
}

bool has_wait(const task_dump& dump, const std::string& name, unsigned line) {
  return std::any_of(dump.tasks.begin(), dump.tasks.end(), [&](const task_state& t) {
    return t.now == phase::waits && t.waits_for == name && is_at(t, line);
  });
}

TEST_CASE("a dump shows each kind of wait under its name, with the line of its co_await") {
  for (const row& r : table) {
    unsigned line = 0;
    const task_dump dump = weft::test::run_seeded(dump_of(r, line));
    CAPTURE(r.name, line, dump.text());
    CHECK(line != 0);
    CHECK(has_wait(dump, r.name, line));
  }
}

// In virtual time a blocking call holds the only thread.
task<> call_blocking(std::atomic<bool>& go_on, unsigned& line) {
  const auto wait_here = [&go_on] {
    while (!go_on) std::this_thread::sleep_for(1ms);
  };
  line = here() + 1;
  co_await weft::blocking(wait_here);
}

task<task_dump> dump_of_a_call(unsigned& line) {
  std::atomic<bool> go_on = false;
  weft::task_group group;
  group.go(call_blocking(go_on, line));
  (void)co_await weft::sleep(1ms);
  task_dump dump = weft::dump_tasks();
  go_on = true;
  co_await group.join();
  co_return dump;
}

TEST_CASE("a dump shows a blocking call, with the line of its co_await") {
  unsigned line = 0;
  const task_dump dump =
      weft::test::run_under({"event_loop", weft::event_loop{}}, dump_of_a_call(line));
  CAPTURE(line, dump.text());
  CHECK(has_wait(dump, "blocking", line));
}

}  // namespace
