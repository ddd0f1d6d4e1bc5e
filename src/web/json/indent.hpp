#pragma once

#include <weft/base/byte_buffer.hpp>

#include <string_view>

namespace weft::detail {

/// Appends a compact JSON text with a line for each member and item.
void indent_json(byte_buffer& out, std::string_view compact);

}  // namespace weft::detail
