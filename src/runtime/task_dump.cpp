#include <weft/runtime/task_dump.hpp>

#include "await_names.hpp"
#include "find_task.hpp"
#include "scheduler_core.hpp"
#include "trace_recorder.hpp"

#include <weft/runtime/scheduler.hpp>

#include <algorithm>
#include <cstddef>
#include <source_location>
#include <utility>
#include <vector>

// How a task is looked at while it may run any moment.
//
// Scopes are found through the scheduler's registry, children through their scope. Both locks are
// held meanwhile, so no child that is looked at is freed. What its frames say may be read only
// while none of them runs: a waiting task has published a cancel hook, and one that is pinned
// (task_context.hpp) cannot pass its withdraw() until it is unpinned. Nothing is read of another
// task's frames, except where the caller is itself a task and the model runs one at a time: then
// all others stand still.
//
// Under the locks only numbers and pointers are copied; they become text after it.

namespace weft {
namespace detail {
namespace {

struct running_task {
  const task_context* context;
  unsigned worker;
  std::source_location since;
};

struct found_task {
  std::uint32_t number;
  std::uint32_t parent;
  task_state::phase now;
  const char* waits_for;
  unsigned worker;
  std::source_location started;
  std::size_t places;  // how many of all_places are this task's
};

class task_finder {
public:
  /// @param only  the number of the one that is looked for; 0: all
  explicit task_finder(scheduler_core& core, std::uint32_t only = 0)
      : core_(core), only_(only), others_stand_still_(core.runs_one_task_at_a_time_here()) {}

  task_dump find();

private:
  void note_running();
  bool is_wanted(task_context& task) const noexcept;
  void look_at(task_context& task, std::uint32_t parent);
  void look_inside(task_context& task, found_task& found);
  void copy_chain(task_context& task);
  task_dump to_text() const;

  scheduler_core& core_;
  const std::uint32_t only_;
  const bool others_stand_still_;
  std::vector<running_task> running_;
  std::vector<found_task> found_;
  std::vector<std::source_location> places_;
};

task_dump task_finder::find() {
  note_running();
  core_.scopes().for_each([this](task_scope& scope) {
    scope.for_each_child([&](task_context& child) {
      if (is_wanted(child)) look_at(child, scope.owner_number());
    });
  });
  return to_text();
}

void task_finder::note_running() {
  core_.for_each_worker([this](worker& w) {
    if (const task_context* context = w.context()) running_.push_back({context, w.id(), w.since()});
  });
}

bool task_finder::is_wanted(task_context& task) const noexcept {
  return only_ == 0 || task.traced_as().load(std::memory_order_relaxed) == only_;
}

void task_finder::look_at(task_context& task, std::uint32_t parent) {
  const std::size_t before = places_.size();
  found_task found{traced_number(task), parent, task_state::phase::ready, "", 0, {}, 0};
  look_inside(task, found);
  found.places = places_.size() - before;
  found_.push_back(found);
}

void task_finder::look_inside(task_context& task, found_task& found) {
  if (task.pin()) {
    found.now = task_state::phase::waits;
    found.waits_for = task.waits_for;
    copy_chain(task);
    return task.unpin();
  }
  found.started = task.waits_for.start();
  const auto runs = std::find_if(running_.begin(), running_.end(),
                                 [&](const running_task& r) { return r.context == &task; });
  if (runs != running_.end()) {
    found.now = task_state::phase::runs;
    found.worker = runs->worker;
    places_.push_back(runs->since);
    return;
  }
  if (task.cancelled()) found.now = task_state::phase::is_ending;
  if (others_stand_still_) copy_chain(task);
}

void task_finder::copy_chain(task_context& task) {
  for (task_handle frame = task.frame(); frame;) {
    const promise_base& promise = frame.promise();
    places_.push_back(promise.where);
    frame = promise.caller ? task_handle::from_address(promise.caller.address()) : nullptr;
  }
}

task_dump task_finder::to_text() const {
  task_dump dump;
  auto place = places_.begin();
  for (const found_task& f : found_) {
    task_state state{f.number, f.parent, f.now, f.waits_for, f.worker, to_place(f.started), {}};
    for (std::size_t i = 0; i < f.places; ++i) state.awaits.push_back(to_place(*place++));
    dump.tasks.push_back(std::move(state));
  }
  std::sort(dump.tasks.begin(), dump.tasks.end(),
            [](const task_state& a, const task_state& b) { return a.number < b.number; });
  return dump;
}

}  // namespace

task_state find_task(scheduler_core& core, std::uint32_t number) {
  task_dump found;
  if (number != 0) found = task_finder(core, number).find();
  return found.tasks.empty() ? task_state() : std::move(found.tasks.front());
}

}  // namespace detail

task_dump dump_tasks(scheduler& of) { return detail::task_finder(of.core()).find(); }

task_dump dump_tasks() {
  return dump_tasks(detail::require_context("dump_tasks()").scope().core().owner());
}

namespace {

std::string phase_text(const task_state& task) {
  switch (task.now) {
    case task_state::phase::waits: return "waits in " + task.waits_for;
    case task_state::phase::ready: return "is ready";
    case task_state::phase::runs: return "runs on worker " + std::to_string(task.worker);
    case task_state::phase::is_ending: return "was cancelled and has not ended";
  }
  return {};
}

std::string place_text(const await_place& at) {
  return std::string(at.file) + ':' + std::to_string(at.line) + "  " + at.function + '\n';
}

std::string task_text(const task_state& task) {
  std::string text = "task " + std::to_string(task.number) + " " + phase_text(task);
  if (task.parent != 0) text += ", child of task " + std::to_string(task.parent);
  text += '\n';
  for (const await_place& at : task.awaits) text += "    " + place_text(at);
  if (task.started.line != 0) text += "    started at " + place_text(task.started);
  return text;
}

}  // namespace

std::string task_dump::text() const {
  std::string text;
  for (const task_state& task : tasks) text += task_text(task);
  return text;
}

}  // namespace weft
