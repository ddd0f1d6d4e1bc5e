#include <weft/runtime/stall_watch.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

// What a stall_report is for people: one line.

namespace weft {
namespace {

// Of a chain of awaits the innermost ones say what somebody does.
constexpr std::size_t most_places = 3;

std::string milliseconds(duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) +
         " ms";
}

const char* thread_under(std::string_view model) noexcept {
  if (model == "gil") return "the GIL on worker ";
  return model == "event_loop" ? "the loop, worker " : "worker ";
}

std::string numbered(std::uint32_t task) { return "task " + std::to_string(task); }

std::string place_text(const await_place& at) {
  return std::string(at.file) + ":" + std::to_string(at.line) + " in " + at.function;
}

std::string places_text(const task_state& task, std::size_t left_out = 0) {
  std::string text;
  const auto end = std::min(task.awaits.size(), left_out + most_places);
  for (std::size_t i = left_out; i < end; ++i) {
    text += (i == left_out ? "" : ", called at ") + place_text(task.awaits[i]);
  }
  return text;
}

std::string doing(const task_state& holder) {
  switch (holder.now) {
    case task_state::phase::waits: return "waits in " + holder.waits_for + " at ";
    case task_state::phase::runs:
      return "runs on worker " + std::to_string(holder.worker) + " since ";
    case task_state::phase::ready: return "is ready to run";
    case task_state::phase::is_ending: return "was cancelled and has not ended";
  }
  return {};
}

std::string thread_text(const stall_report& r) {
  const std::string who = r.task != 0 ? numbered(r.task) : "a task";
  return who + " holds " + thread_under(r.model) + std::to_string(r.worker) + " for " +
         milliseconds(r.lasted) + " (" + std::string(r.model) + "); since " + place_text(r.since) +
         (r.is_blocked() ? "; it blocks its thread: use blocking()"
                         : "; it computes (" + milliseconds(r.on_cpu) + " on a core)");
}

std::string lock_text(const stall_report& r) {
  std::string text = r.task != 0 ? numbered(r.task) : "a thread, or a task from before the watch,";
  text += " holds a mutex that " + std::to_string(r.waiting) +
          (r.waiting == 1 ? " task waits for, for " : " tasks wait for, for ") +
          milliseconds(r.lasted) + " (" + std::string(r.model) + ")";
  if (r.holder.number != 0) text += "; it " + doing(r.holder) + places_text(r.holder);
  if (r.first_waiter.number == 0) return text;
  // The first place of its chain is mutex::lock() itself.
  return text + "; " + (r.first_waiter.number == r.task ? "the same " : "") +
         numbered(r.first_waiter.number) + " waits at " + places_text(r.first_waiter, 1);
}

}  // namespace

std::string stall_report::text() const {
  std::string text = held == resource::thread ? thread_text(*this) : lock_text(*this);
  if (left_out != 0) text += "; " + std::to_string(left_out) + " more left out";
  return text;
}

}  // namespace weft
