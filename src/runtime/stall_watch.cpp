#include <weft/runtime/stall_watch.hpp>

#include "await_names.hpp"
#include "lock_watch.hpp"
#include "scheduler_core.hpp"
#include "stall_reporter.hpp"
#include "thread_times.hpp"
#include "trace_recorder.hpp"

#include <weft/runtime/detail/trace_point.hpp>
#include <weft/runtime/scheduler.hpp>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <source_location>
#include <vector>

// The watch reads what each worker publishes at the start of a slice: how many slices there were,
// and the await that the task came back from. Where both are the same as at an earlier look, the
// slice has lasted since then at least. For mutexes see lock_watch.hpp.

namespace weft {
namespace {

using detail::stall_reporter;
using detail::thread_times;

duration passed_since(steady_clock::time_point begin) {
  return std::chrono::duration_cast<duration>(steady_clock::now() - begin);
}

bool is_in_slice(const detail::worker& w) noexcept {
  return w.context() != nullptr && !w.lets_others_run();
}

// A child that is in its scope's list is not freed while that is locked.
std::uint32_t number_of(detail::scheduler_core& core, const detail::task_context* running) {
  std::uint32_t number = 0;
  core.scopes().for_each([&](detail::task_scope& scope) {
    scope.for_each_child([&](detail::task_context& child) {
      if (&child == running) number = detail::traced_number(child);
    });
  });
  return number;
}

}  // namespace

class stall_watch::watcher {
public:
  watcher(detail::scheduler_core& core, const stall_options& options)
      : core_(core), reporter_(options), locks_(core, options), thread_([this] { watch(); }) {}
  ~watcher() {
    {
      std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    stopped_.notify_one();
    thread_.join();
  }
  watcher(const watcher&) = delete;
  watcher& operator=(const watcher&) = delete;

private:
  // A slice that was seen before.
  struct slice {
    std::uint64_t number = 0;
    std::source_location since;
    stall_reporter::time first_seen;
    thread_times times_then;
    stall_reporter::appointment report;
    bool is_running = false;
  };

  void watch();
  void look_at(detail::worker& w);
  bool is_same(const slice& seen, detail::worker& w) const noexcept;
  void consider(slice& seen, detail::worker& w);
  stall_report describe(const slice& seen, const detail::worker& w) const;
  std::uint32_t task_in(const slice& seen, detail::worker& w) const;
  void report(stall_report& found);

  detail::scheduler_core& core_;
  stall_reporter reporter_;
  std::vector<slice> slices_;  // by worker
  detail::lock_watch locks_;
  detail::os_mutex mutex_;
  detail::os_condition stopped_;
  bool is_stopping_ = false;
  detail::os_thread thread_;  // the last: it uses the others
};

void stall_watch::watcher::watch() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, reporter_.threshold() / 4, [this] { return is_stopping_; })) {
    lock.unlock();
    core_.for_each_worker([this](detail::worker& w) { look_at(w); });
    locks_.look();
    lock.lock();
  }
}

void stall_watch::watcher::look_at(detail::worker& w) {
  if (slices_.size() <= w.id()) slices_.resize(w.id() + 1);
  slice& seen = slices_[w.id()];
  if (is_same(seen, w)) return consider(seen, w);
  seen = slice();
  seen.number = w.slices();
  seen.since = w.since();
  seen.is_running = is_in_slice(w);
  if (!seen.is_running) return;
  seen.first_seen = steady_clock::now();
  seen.report = reporter_.after_threshold(seen.first_seen);
  seen.times_then = detail::thread_times_of(w.thread_number());
}

bool stall_watch::watcher::is_same(const slice& seen, detail::worker& w) const noexcept {
  const std::source_location now = w.since();
  return seen.is_running && is_in_slice(w) && w.slices() == seen.number &&
         now.line() == seen.since.line() && now.file_name() == seen.since.file_name();
}

void stall_watch::watcher::consider(slice& seen, detail::worker& w) {
  const auto now = steady_clock::now();
  if (now < seen.report.at) return;
  stall_report found = describe(seen, w);
  const duration own = found.lasted - found.waited_for_core;
  if (own < reporter_.threshold()) {
    seen.report.at = now + (reporter_.threshold() - own);
    return;
  }
  if (!reporter_.may_report(seen.report, now)) return;
  found.task = task_in(seen, w);
  report(found);
}

// The slice that lasts is of one task, so what was found in it is that one.
std::uint32_t stall_watch::watcher::task_in(const slice& seen, detail::worker& w) const {
  const std::uint32_t number = number_of(core_, w.context());
  return is_same(seen, w) ? number : 0;
}

stall_report stall_watch::watcher::describe(const slice& seen, const detail::worker& w) const {
  const thread_times times = detail::thread_times_of(w.thread_number());
  stall_report found;
  found.model = name_of(core_.chosen_model());
  found.worker = w.id();
  found.since = detail::to_place(seen.since);
  found.lasted = passed_since(seen.first_seen);
  found.on_cpu = times.on_cpu - seen.times_then.on_cpu;
  found.waited_for_core = times.waited_for_core - seen.times_then.waited_for_core;
  if (detail::is_runnable(w.thread_number())) {
    // It does not sleep, so what is not counted yet is a wait for its core.
    found.waited_for_core = std::max(found.waited_for_core, found.lasted - found.on_cpu);
  }
  return found;
}

void stall_watch::watcher::report(stall_report& found) {
  constexpr std::int64_t most = 0xffff;
  const auto lasted = std::chrono::duration_cast<std::chrono::milliseconds>(found.lasted).count();
  const auto shown = static_cast<std::uint32_t>(std::min<std::int64_t>(lasted, most));
  detail::trace(trace_kind::stall, found.task, found.worker << 16 | shown);
  reporter_.report(found);
}

stall_watch::stall_watch(scheduler& watched, const stall_options& options)
    : watcher_(std::make_unique<watcher>(watched.core(), options)) {}
stall_watch::~stall_watch() = default;

}  // namespace weft
