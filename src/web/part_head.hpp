#pragma once

#include <weft/web/part_head.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::detail {

/// Reads the lines of a part's head into `out`.
/// @param block  lines that end with CR LF, without the empty one
/// @return what is wrong with them, public; empty where nothing is
std::string read_part_head(std::string_view block, part_head& out);

}  // namespace weft::detail
