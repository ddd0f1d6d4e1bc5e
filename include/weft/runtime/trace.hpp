#pragma once

#include <weft/runtime/detail/trace_point.hpp>
#include <weft/runtime/trace_kind.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <source_location>
#include <string>
#include <vector>

namespace weft {

/// Why a task became ready (the high bits of a task_ready's argument).
enum class trace_reason : std::uint8_t { task, spawn, yield, timer, io, cancel, thread };
/// Where a worker found the task it runs (the argument of a task_run_begin).
enum class trace_queue : std::uint8_t { slot, own, injected, stolen, seeded, handed, goes_on };

/// One thing that happened, as a session read it.
struct trace_event {
  std::chrono::nanoseconds time{};  ///< since the session's start
  std::uint32_t id = 0;
  std::uint32_t argument = 0;
  trace_kind kind{};

  /// Of a task_ready.
  trace_reason reason() const noexcept { return static_cast<trace_reason>(argument >> 28); }
  std::uint32_t waker() const noexcept { return argument & 0x0fff'ffff; }
  /// Of a task_run_begin.
  trace_queue queue() const noexcept { return static_cast<trace_queue>(argument); }
  /// Of a stall.
  unsigned worker() const noexcept { return argument >> 16; }
  std::chrono::milliseconds lasted() const noexcept {  ///< up to 65 s; longer ones say that too
    return std::chrono::milliseconds(argument & 0xffff);
  }
};

/// What one thread recorded, oldest first.
struct trace_track {
  std::string name;  ///< "worker 0", else the thread's own name
  std::vector<trace_event> events;
  std::uint64_t dropped = 0;  ///< records that newer ones overwrote
};

/// What a session recorded.
struct trace_log {
  std::vector<trace_track> tracks;
  std::chrono::nanoseconds length{};  ///< from the session's start to this reading
  std::uint64_t dropped = 0;          ///< in all tracks, and of threads that got no memory

  struct position {
    std::size_t track;
    std::size_t index;  ///< in the track's events
  };
  /// All records in the order of time. Those of one thread stay in their order; where two threads
  /// have the same time, what may have followed from the other (a task runs, a lock is acquired)
  /// comes last.
  std::vector<position> by_time() const;

  /// What the argument of a task_run_end or a mark stands for.
  static const char* text(std::uint32_t argument) noexcept;
  /// What the argument of a task_spawn stands for: where go() or fork() was called, or the task's
  /// own coroutine where nothing says more. Its line is 0 where it is not known.
  static std::source_location place(std::uint32_t argument) noexcept;
};

struct trace_options {
  /// Records a thread keeps before the newest overwrites the oldest; made a power of two.
  std::size_t records_a_thread = std::size_t{1} << 16;
};

/// Records what the runtime does, in every thread of the process, while it lives.
///
/// Each thread writes into a ring of its own, without a lock. Where nothing records, a record point
/// costs one predicted branch.
/// Concurrent  made, read and stopped on any thread while tasks run on others
/// Cost        about 10 ns an event, most of it the reading of the time; 16 bytes a record, kept by
///             its thread for later sessions
/// @example tests/unit/runtime/trace_test.cpp:first_trace
class trace_session {
public:
  /// @throws std::logic_error while another session records
  explicit trace_session(const trace_options& options = {});
  ~trace_session();
  trace_session(const trace_session&) = delete;
  trace_session& operator=(const trace_session&) = delete;

  /// What is in the rings now; recording goes on.
  trace_log read() const;
  /// Ends the recording. A second call reads the same again, until another session starts.
  trace_log stop();

private:
  std::uint32_t number_;
};

/// Whether a session records.
inline bool is_tracing() noexcept { return detail::is_tracing(); }

/// Puts a mark of the caller's own into the trace, with the task that runs here.
/// @param text  a string literal: the trace keeps the pointer
void trace_mark(const char* text) noexcept;

/// The steps of one request, for whoever serves requests: one object for those that follow each
/// other, each from arrived() to done() or shed().
///
/// Only what arrives while a session records is recorded.
/// Cost  one predicted branch a call where nothing records
class request_trace {
public:
  /// The first of its bytes is there. Nothing where the request has arrived already.
  void arrived() noexcept {
    if (number_ == 0 && is_tracing()) [[unlikely]]
      begin();
  }
  /// Its head and body are read.
  void parsed() noexcept {
    if (number_ != 0) [[unlikely]]
      write_parsed();
  }
  /// Its answer is made.
  void done(std::uint32_t status) noexcept {
    if (number_ != 0) [[unlikely]]
      end(trace_kind::request_done, status);
  }
  /// It was turned away.
  void shed(std::uint32_t status) noexcept {
    if (number_ != 0) [[unlikely]]
      end(trace_kind::request_shed, status);
  }

private:
  [[gnu::cold]] void begin() noexcept;
  [[gnu::cold]] void write_parsed() noexcept;
  [[gnu::cold]] void end(trace_kind how, std::uint32_t status) noexcept;

  std::uint32_t number_ = 0;  // 0: none under way
};

struct trace_json_options {
  std::size_t most_events = 300'000;  ///< viewers become slow beyond that
};

/// Writes a trace as Chrome's trace events, for ui.perfetto.dev or chrome://tracing.
///
/// A track a thread with the tasks it ran, parked and polled; processes of their own for when each
/// thread wanted and held the GIL, which task held each mutex, and the requests; arrows from who
/// woke or lost a task to where it ran. Events above the limit are left off, and "otherData" says
/// how many, and how many records were dropped.
void write_chrome_json(const trace_log& log, std::ostream& out,
                       const trace_json_options& options = {});

}  // namespace weft
