#pragma once

#include <cstdint>
#include <string>

namespace lab {

/// "12,345.6" with the given number of digits behind the point.
std::string grouped(double value, int digits = 0);
/// Three significant digits or more: "0.042", "4.21", "123".
std::string short_number(double value);

}  // namespace lab
