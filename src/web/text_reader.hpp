#pragma once

#include <weft/web/json/type.hpp>

#include <string>
#include <string_view>

namespace weft::detail {

/// text_value for a described type within the bounds of a member, which rules may have narrowed.
/// @return what is wrong, empty when nothing is
std::string read_text(std::string_view text, void* out, const json_type& type,
                      const json_bounds& bounds);

}  // namespace weft::detail
