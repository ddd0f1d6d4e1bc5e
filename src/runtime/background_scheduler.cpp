#include <weft/runtime/background_scheduler.hpp>

#include <weft/runtime/detail/contract.hpp>
#include <weft/runtime/detail/task_scope.hpp>

#include <mutex>
#include <stdexcept>
#include <variant>

namespace weft {
namespace {

const model& able_to_wait(const model& m) {
  if (!std::holds_alternative<deterministic>(m)) return m;
  throw std::invalid_argument("background_scheduler: the deterministic model cannot run beside");
}

}  // namespace

background_scheduler::background_scheduler(const model& m, io_kind io)
    : scheduler_(able_to_wait(m), io), thread_([this] { scheduler_.run(wait_for_stop()); }) {}

background_scheduler::~background_scheduler() { stop(); }

task<> background_scheduler::wait_for_stop() { (void)co_await stop_requested_.wait(); }

void background_scheduler::stop() {
  const detail::task_context* here = detail::current_context();
  if (here != nullptr && &here->scope().core() == &scheduler_.core()) {
    detail::broken_contract("a background_scheduler was stopped by a task that it runs");
  }
  stop_requested_.set();
  std::lock_guard lock(joining_);
  if (thread_.joinable()) thread_.join();
}

}  // namespace weft
