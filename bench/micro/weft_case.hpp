#pragma once

#include "trial.hpp"

#include <weft/runtime/model.hpp>
#include <weft/runtime/task.hpp>

namespace micro {

/// The body of a case: does trial::ops operations and returns what they gave.
using weft_body = weft::task<std::uint64_t> (*)(trial& t);

/// Runs the body as the main task of a scheduler. Starting and stopping its threads is not timed.
void add_weft_case(const case_form& form, const weft::model& on, weft_body body, const settings& s);

void register_task_cases(const settings& s);
void register_channel_cases(const settings& s);
void register_select_cases(const settings& s);
void register_mutex_cases(const settings& s);
void register_tree_cases(const settings& s);
void register_waiting_cases(const settings& s);
void register_trace_cases(const settings& s);

}  // namespace micro
