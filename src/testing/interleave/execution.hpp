#pragma once

#include "baton.hpp"
#include "chooser.hpp"
#include "operation.hpp"

#include <weft/base/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

// One run of a check under a schedule.
//
// Threads. Each thread of the check is an OS thread, so thread_local means what it always means,
// and exactly one of them has the baton: only it runs. The others wait for theirs, each in an
// operation that it has announced and not yet done. Thread 0 is the one that called explore(). OS
// threads stay for later executions; within one none is used twice.
//
// A step. The running thread announces its next operation, a chooser picks who goes on, that thread
// gets the baton and does the operation it had announced. Everything between two operations is one
// piece: data that is not atomic is not looked at here.
//
// Waiting. A thread that wants a held mutex, the end of a thread, or a wake-up is no option. Where
// nobody is, the stores in store buffers drain, then time passes to the next time limit; where
// there is none, the execution is stuck and that is reported. A wait with a time limit may also end
// early: that is an option at every step, and counts as a surprise.
//
// Spinning. A thread that says it spins is no option until another thread has changed something:
// it would only see the same again. Relaxing the processor counts as a spin only when it is done
// again and again. Where all others wait a spinning thread goes on a few times; then time passes.
//
// Store buffers (on request). A store that is not sequentially consistent stands in its thread's
// buffer until the thread does a read-modify-write, a sequentially consistent store, a lock, a
// wait, or until the chooser drains it: total store order, as on x86.

namespace weft::testing {

/// A mutex as an execution sees it.
struct mutex_state {
  bool held = false;
};

/// The body of a thread.
class thread_body {
public:
  virtual ~thread_body() = default;
  virtual void run() = 0;
};

struct execution_limits {
  std::size_t most_steps = 20'000;
  bool store_buffers = false;
  bool early_time_outs = true;
  bool counts_every_choice = false;  ///< not only preemptions are surprises, but every switch
};

class execution {
public:
  /// The execution that the calling thread is part of; null where nothing is explored.
  static execution* current() noexcept { return running_; }

  /// Runs the check once. Does not return where it fails.
  void run(const std::function<void()>& body, chooser& choices, const execution_limits& limits,
           bool watches_memory);

  // What the types of threading.hpp call. Each is called by the thread that has the baton.

  /// Announces an operation; returns when it is to be done.
  void point(operation next);
  /// Goes with the last operation: for the log.
  void saw(std::uint64_t value);
  /// As saw(), and tells spinning threads to look again if the values differ.
  void changed(std::uint64_t before, std::uint64_t after);
  void changed() noexcept;

  void spin(const location& where);
  void relax(const location& where);
  void lock(mutex_state& mutex, const operation& how);
  /// Lets go of the mutex and waits for a wake-up; has the mutex again on return.
  /// @param mutex  null where none is held  @return false where the time was over
  bool wait(const void* object, mutex_state* mutex, time_point deadline);
  void wake(const void* object, bool all);
  unsigned start(std::unique_ptr<thread_body> body);
  void join(unsigned thread);
  std::thread::id id_of(unsigned thread) const noexcept;

  bool has_store_buffers() const noexcept { return limits_.store_buffers; }
  using write_function = void (*)(void* object, std::uint64_t bits);
  void buffer(void* object, std::uint64_t bits, write_function write);
  /// The object is going: no store to it may be left for later.
  void forget(const void* object);
  /// Those of all threads.
  void drain_all_stores();
  /// The newest store to the object in the calling thread's buffer.
  const std::uint64_t* buffered(const void* object) const noexcept;

  time_point now() const noexcept { return now_; }

  // For reports.
  void name(const void* object, std::size_t size, const char* text);
  std::string describe(const void* object);
  std::string schedule() const { return to_text(choices_); }
  std::string log(std::size_t most);
  std::string threads();
  unsigned thread() const noexcept { return current_; }
  std::size_t steps() const noexcept { return log_.size(); }

private:
  struct buffered_store {
    void* object;
    std::uint64_t bits;
    write_function write;
  };

  struct wait_state {
    enum class kind { nothing, mutex, thread, wake };
    kind what = kind::nothing;
    const void* object = nullptr;
    mutex_state* mutex = nullptr;
    unsigned thread = 0;
    time_point deadline = time_point::max();
    bool timed_out = false;
    std::uint64_t since = 0;
  };

  struct actor {
    explicit actor(unsigned i) : index(i) {}

    const unsigned index;
    baton turn;
    std::unique_ptr<thread_body> body;
    std::thread::id id;
    bool ended = true;
    wait_state wait;
    std::vector<buffered_store> stores;
    operation doing{op::begin, nullptr, {}};
    bool spinning = false;
    unsigned steps_since_wait = 0;
    unsigned relaxes = 0;       // in a row, with no change by others in between
    unsigned lonely_spins = 0;  // while all others wait and nothing changes
    std::uint64_t lonely_since = 0;
    std::uint64_t own_changes = 0;
    std::uint64_t seen_changes = 0;  // by others, when it said that it spins
  };

  struct named_object {
    const char* start;
    std::size_t size;
    const char* text;
  };

  void begin(const execution_limits& limits, chooser& choices);
  void finish();
  actor& enlist();
  void perform(actor& self);
  void log_step(operation& done);

  void give_way(actor& a);
  void hand_over(unsigned next);
  unsigned decide();
  void collect();
  void add_runnable(bool spinners);
  void add_time_outs(bool idle);
  void add_drains();
  std::size_t choose();
  bool apply(const option& chosen);
  void time_passes(actor& waiting, bool idle);

  bool can_run(const actor& a) const noexcept;
  bool is_fresh(const actor& a) const noexcept;
  bool may_spin_on(const actor& a) const noexcept;
  void spin_alone(actor& a);
  std::uint64_t changes_by_others(const actor& a) const noexcept;
  void end_wait(actor& waiting, bool timed_out) noexcept;
  bool drain_one(actor& owner);
  bool drain_all();
  void drain_own();
  actor& self() noexcept { return *actors_[current_]; }

  static inline constinit execution* running_ = nullptr;

  std::vector<std::unique_ptr<actor>> actors_;  // the first used_ are in this execution
  unsigned used_ = 0;
  unsigned current_ = 0;
  bool idle_ = false;
  chooser* chooser_ = nullptr;
  execution_limits limits_;
  std::vector<option> options_;
  std::vector<std::uint8_t> choices_;
  std::vector<operation> log_;
  std::size_t last_step_ = 0;  // in the log
  std::vector<named_object> names_;
  std::vector<const void*> unnamed_;
  std::uint64_t changes_ = 0;
  std::uint64_t time_moves_ = 0;
  std::uint64_t waits_ = 0;
  std::uint64_t changes_when_idle_ = 0;
  unsigned quiet_time_outs_ = 0;
  time_point now_{};
};

/// Ends the program with a report: what failed, the log, the threads, the schedule.
[[noreturn]] void fail(const std::string& what);

}  // namespace weft::testing
