#pragma once

#include "load_plan.hpp"

#include <string_view>

namespace lab {

/// Reads 'NAME METHOD PATH [WEIGHT] [=STATUS] [@BODYFILE]'.
/// @throws std::runtime_error in one line for people
request_kind parse_request_spec(std::string_view text);

}  // namespace lab
