#include <weft/runtime/scheduler.hpp>

#include "scheduler_core.hpp"

#include <weft/runtime/metrics.hpp>
#include <weft/runtime/task_group.hpp>

namespace weft {
namespace {

task<> stop_after(detail::scheduler_core& core, detail::join_state& main) {
  co_await detail::join_awaiter(main);
  core.defer_spawns();
  core.root().cancel();
  co_await detail::scope_awaiter(core.root());
  core.stop();
}

}  // namespace

scheduler::scheduler(const model& m) : core_(std::make_unique<detail::scheduler_core>(*this, m)) {}
scheduler::~scheduler() = default;

const model& scheduler::chosen_model() const noexcept { return core_->chosen_model(); }
time_point scheduler::now() const noexcept { return core_->now(); }
scheduler_metrics scheduler::metrics() const { return core_->metrics(); }
scheduler& scheduler::current() {
  return detail::require_context("scheduler::current()").scope().core().owner();
}

detail::task_scope& scheduler::root() noexcept { return core_->root(); }
void scheduler::spawn_background(detail::task_handle frame) { core_->spawn_background(frame); }
void scheduler::begin_run() { core_->begin_run(); }

void scheduler::run_until_ended(detail::join_state& main) {
  detail::task_scope supervision(*core_, detail::task_scope::kind::supervision);
  task<> supervisor = stop_after(*core_, main);
  supervision.spawn(detail::erase(supervisor.frame()), false);
  supervisor.release();
  core_->run();
  if (core_->is_stuck()) main.abandon();
  core_->end_run();
}

}  // namespace weft
