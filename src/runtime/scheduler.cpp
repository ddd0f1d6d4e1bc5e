#include <weft/runtime/scheduler.hpp>

#include "scheduler_core.hpp"

#include <weft/runtime/home.hpp>
#include <weft/runtime/metrics.hpp>

namespace weft {
scheduler::scheduler(const model& m, io_kind io)
    : core_(std::make_unique<detail::scheduler_core>(*this, m, io)) {}
scheduler::~scheduler() = default;

const model& scheduler::chosen_model() const noexcept { return core_->chosen_model(); }
time_point scheduler::now() const noexcept { return core_->now(); }
scheduler_metrics scheduler::metrics() const { return core_->metrics(); }
scheduler& scheduler::current() {
  return detail::require_context("scheduler::current()").scope().core().owner();
}

std::uint32_t current_home() noexcept {
  const detail::task_context* const task = detail::current_context();
  return task == nullptr ? 0 : task->home();
}

void scheduler::spawn_background(detail::task_handle frame) { core_->spawn_background(frame); }
void scheduler::begin_run(detail::task_handle main) { core_->begin_run(main); }
detail::join_state scheduler::run_until_ended() { return core_->run(); }

}  // namespace weft
