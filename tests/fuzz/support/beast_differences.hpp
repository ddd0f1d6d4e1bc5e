#pragma once

#include "message.hpp"

#include <string_view>

namespace weft::fuzz {

/// Whether weft means to read this complete message otherwise than Beast does.
/// @param bytes  the input that it was read from
bool is_read_otherwise(const message& ours, std::string_view bytes);

}  // namespace weft::fuzz
