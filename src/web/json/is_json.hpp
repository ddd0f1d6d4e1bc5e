#pragma once

#include <string_view>

namespace weft::detail {

/// Whether a text is one JSON value.
bool is_json(std::string_view text);

}  // namespace weft::detail
