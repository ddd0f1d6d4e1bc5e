#include "trace_recorder.hpp"
#include "worker.hpp"

#include <weft/runtime/task_context.hpp>

#include <array>
#include <cstring>

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

// An open hash table of addresses that only grows; a number is a place in it.
constexpr std::size_t text_places = 4096;
std::array<std::atomic<const char*>, text_places> texts;

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
trace_reason reason_of_waking(const trace_ring& ring, std::uint32_t woken) noexcept {
  const trace_record& last = ring.last();
  if (last.kind == trace_kind::task_cancel && last.id == woken) return trace_reason::cancel;
  if (this_worker == nullptr || last.kind == trace_kind::blocking_end) return trace_reason::thread;
  if (running_task() != 0) return trace_reason::task;
  return is_reason_io(last) ? trace_reason::io : trace_reason::timer;
}

void write_ready(trace_ring& ring, std::uint32_t woken, trace_reason reason) noexcept {
  const auto argument = static_cast<std::uint32_t>(reason) << task_number_bits | running_task();
  write_trace(ring, trace_kind::task_ready, woken, argument);
}

}  // namespace

std::uint32_t traced_number(task_context& task) noexcept {
  std::uint32_t known = task.traced_as().load(std::memory_order_relaxed);
  if (known != 0) return known;
  const std::uint32_t fresh = new_number();
  return task.traced_as().compare_exchange_strong(known, fresh, std::memory_order_relaxed) ? fresh
                                                                                           : known;
}

std::uint32_t traced_text(const char* text) noexcept {
  const auto hash =
      static_cast<std::size_t>(reinterpret_cast<std::uintptr_t>(text) * 0x9e3779b97f4a7c15U >> 52);
  for (std::size_t i = 0; i < text_places / 4; ++i) {
    const std::size_t place = (hash + i) % text_places;
    const char* found = texts[place].load(std::memory_order_acquire);
    if (found == nullptr &&
        texts[place].compare_exchange_strong(found, text, std::memory_order_acq_rel)) {
      found = text;
    }
    if (found == text) return static_cast<std::uint32_t>(place + 1);
  }
  return 0;
}

void write_trace(trace_kind kind, task_context& task, std::uint32_t argument) noexcept {
  if (trace_ring* ring = this_threads_ring()) {
    write_trace(*ring, kind, traced_number(task), argument);
  }
}

void trace_slice::begin(task_context& running) noexcept {
  trace_ring* ring = this_threads_ring();
  if (ring == nullptr) return;
  end(nullptr);
  task_ = traced_number(running);
  session_ = ring->session();
  is_open_ = true;
  write_trace(*ring, trace_kind::task_run_begin, task_, static_cast<std::uint32_t>(found_in));
}

void trace_slice::end(const char* waits_for) noexcept {
  if (!is_open()) return;
  const std::uint32_t text = waits_for != nullptr ? traced_text(waits_for) : 0;
  is_open_ = false;
  write_trace(trace_kind::task_run_end, task_, text);
}

void trace_slice::leave() noexcept {
  end(nullptr);
  task_ = 0;
}

void trace_spawn(task_context& child) noexcept {
  trace_ring* ring = this_threads_ring();
  if (ring == nullptr) return;
  const std::uint32_t number = traced_number(child);
  write_trace(*ring, trace_kind::task_spawn, number, running_task());
  write_ready(*ring, number, trace_reason::spawn);
}

void trace_ready(task_context& woken) noexcept {
  trace_ring* ring = this_threads_ring();
  if (ring == nullptr) return;
  const std::uint32_t number = traced_number(woken);
  if (is_in_slice_of(number)) {
    this_worker->traced.end("yield");
    return write_ready(*ring, number, trace_reason::yield);
  }
  write_ready(*ring, number, reason_of_waking(*ring, number));
}

void trace_wait(task_context& task, const char* what) noexcept {
  if (is_tracing() && is_in_slice_of(traced_number(task))) this_worker->traced.end(what);
}

void trace_fork(task_context& forker, task_context& child) noexcept {
  trace_spawn(child);
  trace_wait(forker, "fork");
  trace_ready(forker);
  this_worker->traced.found_in = trace_queue::handed;
}

void trace_no_wait(task_context& task) noexcept {
  if (!is_tracing() || this_worker == nullptr || this_worker->traced.is_open()) return;
  this_worker->traced.found_in = trace_queue::goes_on;
  this_worker->traced.begin(task);
}

void trace_end(task_context& ended) noexcept {
  trace_wait(ended, "end");
  // What this worker runs next without going back to its loop, unless it says otherwise.
  if (this_worker != nullptr) this_worker->traced.found_in = trace_queue::handed;
  write_trace(trace_kind::task_end, ended, 0);
}

void write_lock_trace(trace_kind kind, const void* lock) noexcept {
  write_trace(kind, trace_id(lock), running_task());
}

}  // namespace weft::detail

namespace weft {

const char* trace_log::text(std::uint32_t argument) noexcept {
  if (argument == 0 || argument > detail::text_places) return "?";
  const char* found = detail::texts[argument - 1].load(std::memory_order_acquire);
  return found != nullptr ? found : "?";
}

void trace_mark(const char* text) noexcept {
  if (!is_tracing()) return;
  detail::write_trace(trace_kind::mark, detail::running_task(), detail::traced_text(text));
}

}  // namespace weft
