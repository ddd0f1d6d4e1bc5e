#pragma once

#include <weft/http/response.hpp>

#include <string_view>

namespace weft::detail {

/// Says that the answer depends on that request header, unless it says so already.
void add_vary(response& res, std::string_view header);

}  // namespace weft::detail
