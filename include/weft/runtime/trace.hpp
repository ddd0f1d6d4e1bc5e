#pragma once

#include <weft/runtime/trace_point.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
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

  /// What the argument of a task_run_end or a mark stands for.
  static const char* text(std::uint32_t argument) noexcept;
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
/// Cost        20 to 50 ns an event, most of it the reading of the time; 16 bytes a record, kept by
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

struct trace_json_options {
  std::size_t most_events = 300'000;  ///< viewers become slow beyond that
};

/// Writes a trace as Chrome's trace events, for ui.perfetto.dev or chrome://tracing.
///
/// A track a thread with the tasks it ran, parked and polled; a process of its own that shows when
/// each thread wanted and held the GIL; arrows from who woke or lost a task to where it ran. Events
/// above the limit are left off, and "otherData" says how many.
void write_chrome_json(const trace_log& log, std::ostream& out,
                       const trace_json_options& options = {});

}  // namespace weft
