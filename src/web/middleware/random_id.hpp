#pragma once

#include <cstddef>
#include <string>

namespace weft::detail {

/// Hexadecimal digits that are unlike those of other calls; not secret, and not all zero.
/// @param digits  a multiple of 16
std::string random_id(std::size_t digits);

}  // namespace weft::detail
