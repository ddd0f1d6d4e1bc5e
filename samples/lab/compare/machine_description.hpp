#pragma once

#include "comparison_result.hpp"

namespace lab {

machine_facts describe_machine();
/// Now, as "2026-01-31T12:00:00Z".
std::string timestamp();

}  // namespace lab
