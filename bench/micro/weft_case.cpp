#include "weft_case.hpp"

#include <weft/runtime/scheduler.hpp>

namespace micro {
namespace {

weft::task<std::uint64_t> timed(benchmark::State& state, trial& t, weft_body body) {
  std::uint64_t value = 0;
  while (state.KeepRunningBatch(state.max_iterations)) value = co_await body(t);
  co_return value;
}

}  // namespace

void add_weft_case(const case_form& form, const weft::model& on, weft_body body,
                   const settings& s) {
  add_case(
      form,
      [on, body](benchmark::State& state, trial& t) {
        weft::scheduler runtime(on);
        return runtime.run(timed(state, t, body));
      },
      s);
}

void register_cases(const settings& s) {
  register_task_cases(s);
  register_channel_cases(s);
  register_select_cases(s);
  register_mutex_cases(s);
  register_tree_cases(s);
  register_waiting_cases(s);
  register_trace_cases(s);
}

}  // namespace micro
