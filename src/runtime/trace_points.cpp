#include "trace_recorder.hpp"
#include "worker.hpp"

#include <weft/runtime/detail/task_context.hpp>

#include <atomic>
#include <utility>

// What the record points that know tasks write: numbers, reasons, and which slice ends.
//
// A slice ends where its task announces a wait, before anybody else can find the task: so in a
// trace the end of a slice comes before the task's being ready again. Where the wait then does not
// happen (it was cancelled before, or is over already), a new slice of the same task begins.

namespace weft::detail {
namespace {

constexpr std::uint32_t task_number_bits = 28;
constexpr std::uint32_t task_number_mask = (1U << task_number_bits) - 1;
constexpr std::uint32_t numbers_at_once = 1024;

std::atomic<std::uint32_t> next_numbers{0};

// From blocks, so that threads which spawn do not share a cache line.
std::uint32_t new_number() noexcept {
  static constinit thread_local std::uint32_t next = 0;
  if (next % numbers_at_once == 0) next = next_numbers.fetch_add(numbers_at_once);
  return next++ % task_number_mask + 1;
}

std::uint32_t running_task() noexcept {
  return this_worker != nullptr ? this_worker->traced.task() : 0;
}

bool is_in_slice_of(std::uint32_t task) noexcept {
  return running_task() == task && this_worker->traced.is_open();
}

bool is_reason_io(const trace_record& last) noexcept {
  if (last.kind == trace_kind::worker_poll || last.kind == trace_kind::worker_park) return true;
  return last.kind == trace_kind::task_ready &&
         trace_event{.argument = last.argument}.reason() == trace_reason::io;
}

// From what this thread does: the pollers and the timers wake between slices.
trace_reason reason_of_waking(const trace_record& last, std::uint32_t woken) noexcept {
  if (last.kind == trace_kind::task_cancel && last.id == woken) return trace_reason::cancel;
  if (this_worker == nullptr || last.kind == trace_kind::blocking_end) return trace_reason::thread;
  if (running_task() != 0) return trace_reason::task;
  return is_reason_io(last) ? trace_reason::io : trace_reason::timer;
}

void write_ready(trace_ring& ring, trace_time when, std::uint32_t woken,
                 trace_reason reason) noexcept {
  const auto argument = static_cast<std::uint32_t>(reason) << task_number_bits | running_task();
  write_trace(ring, when, trace_kind::task_ready, woken, argument);
}

}  // namespace

std::uint32_t traced_number(task_context& task) noexcept {
  std::uint32_t known = task.traced_as().load(std::memory_order_relaxed);
  if (known != 0) return known;
  const std::uint32_t fresh = new_number();
  return task.traced_as().compare_exchange_strong(known, fresh, std::memory_order_relaxed) ? fresh
                                                                                           : known;
}

void write_trace(trace_kind kind, task_context& task, std::uint32_t argument) noexcept {
  if (trace_ring* ring = this_threads_ring()) {
    write_trace(*ring, trace_time::now, kind, traced_number(task), argument);
  }
}

// ------------------------------------------------------------------ slices

// Not where the task comes from another thread, which may have made it ready after this thread's
// last record.
bool trace_slice::begins_at_last_time() noexcept {
  const bool is_from_here = found_in != trace_queue::injected && found_in != trace_queue::stolen;
  return std::exchange(only_scheduled_since_, false) && is_from_here;
}

void trace_slice::begin(task_context& running) noexcept {
  trace_ring* ring = this_threads_ring();
  if (ring == nullptr) return;
  end(nullptr);
  const auto when =
      is_of_this_session() && begins_at_last_time() ? trace_time::same : trace_time::now;
  task_ = traced_number(running);
  session_ = ring->session();
  is_open_ = true;
  write_trace(*ring, when, trace_kind::task_run_begin, task_, static_cast<std::uint32_t>(found_in));
}

void trace_slice::end(const char* waits_for, trace_time when) noexcept {
  if (!is_open()) return;
  is_open_ = false;
  trace_ring* ring = this_threads_ring();
  if (ring == nullptr) return;
  const trace_record last = ring->last();
  const bool said_why = last.kind == trace_kind::channel_block && last.argument == task_;
  write_trace(*ring, said_why ? trace_time::same : when, trace_kind::task_run_end, task_,
              waits_for != nullptr ? traced_text(waits_for) : 0);
  only_scheduled_since_ = true;
}

void trace_slice::leave() noexcept {
  end(nullptr);
  task_ = 0;
}

void forget_trace_time() noexcept {
  if (this_worker != nullptr) this_worker->traced.forget_time();
}

// ------------------------------------------------------------------ tasks

void trace_spawn(task_context& child, const std::source_location& where) noexcept {
  trace_ring* ring = this_threads_ring();
  if (ring == nullptr) return;
  const std::uint32_t number = traced_number(child);
  std::uint32_t place = traced_place(where);
  if (place == 0) place = traced_place(child.frame().promise().where);
  write_trace(*ring, trace_time::own, trace_kind::task_spawn, number, place);
  write_ready(*ring, trace_time::same, number, trace_reason::spawn);
}

void trace_ready(task_context& woken) noexcept {
  trace_ring* ring = this_threads_ring();
  if (ring == nullptr) return;
  const std::uint32_t number = traced_number(woken);
  if (is_in_slice_of(number)) {
    this_worker->traced.end("yield");
    return write_ready(*ring, trace_time::same, number, trace_reason::yield);
  }
  const trace_record last = ring->last();
  const bool got_value = last.kind == trace_kind::channel_transfer && last.argument == number;
  write_ready(*ring, got_value ? trace_time::same : trace_time::now, number,
              reason_of_waking(last, number));
}

void trace_wait(task_context& task, const char* what) noexcept {
  if (is_tracing() && is_in_slice_of(traced_number(task))) this_worker->traced.end(what);
}

void trace_fork(task_context& forker, task_context& child) noexcept {
  trace_ring* ring = this_threads_ring();
  if (ring == nullptr) return;
  trace_spawn(child, forker.frame().promise().where);
  trace_slice& here = this_worker->traced;
  here.end("fork", trace_time::same);
  write_ready(*ring, trace_time::same, traced_number(forker), trace_reason::task);
  here.found_in = trace_queue::handed;
}

void trace_no_wait(task_context& task) noexcept {
  if (!is_tracing() || this_worker == nullptr || this_worker->traced.is_open()) return;
  this_worker->traced.found_in = trace_queue::goes_on;
  this_worker->traced.begin(task);
}

void trace_end(task_context& ended) noexcept {
  trace_ring* ring = this_threads_ring();
  if (ring == nullptr) return;
  const std::uint32_t number = traced_number(ended);
  const bool ends_slice = is_in_slice_of(number);
  if (ends_slice) this_worker->traced.end("end");
  // What this worker runs next without going back to its loop, unless it says otherwise.
  if (this_worker != nullptr) this_worker->traced.found_in = trace_queue::handed;
  write_trace(*ring, ends_slice ? trace_time::same : trace_time::now, trace_kind::task_end, number,
              0);
}

void trace_cancel(task_context& cancelled) noexcept {
  write_trace(trace_kind::task_cancel, cancelled, running_task());
}

// ------------------------------------------------------------------ locks and channels

void write_lock_trace(trace_kind kind, const void* lock) noexcept {
  trace_ring* ring = this_threads_ring();
  if (ring == nullptr) return;
  const bool is_own = kind == trace_kind::lock_released;
  write_trace(*ring, is_own ? trace_time::own : trace_time::now, kind, trace_id(lock),
              running_task());
}

void write_block(const void* channel, task_context& task) noexcept {
  trace_ring* ring = this_threads_ring();
  if (ring == nullptr) return;
  const std::uint32_t number = traced_number(task);
  const trace_record last = ring->last();
  const bool is_next_case = last.kind == trace_kind::channel_block && last.argument == number;
  write_trace(*ring, is_next_case ? trace_time::same : trace_time::own, trace_kind::channel_block,
              trace_id(channel), number);
}

void write_transfer(const void* channel, task_context* receiver) noexcept {
  write_trace(trace_kind::channel_transfer, trace_id(channel),
              receiver != nullptr ? traced_number(*receiver) : 0);
}

void write_transfer_here(const void* channel) noexcept {
  write_trace(trace_kind::channel_transfer, trace_id(channel), running_task());
}

}  // namespace weft::detail

namespace weft {

void trace_mark(const char* text) noexcept {
  if (!is_tracing()) return;
  detail::write_trace(trace_kind::mark, detail::running_task(), detail::traced_text(text));
}

void request_trace::begin() noexcept {
  static constinit std::atomic<std::uint32_t> last{0};
  number_ = last.fetch_add(1, std::memory_order_relaxed) + 1;
  detail::trace(trace_kind::request_arrived, number_, detail::running_task());
}

void request_trace::write_parsed() noexcept {
  detail::trace(trace_kind::request_parsed, number_, detail::running_task());
}

void request_trace::end(trace_kind how, std::uint32_t status) noexcept {
  detail::trace(how, std::exchange(number_, 0), status);
}

}  // namespace weft
