#pragma once

#include <string_view>

namespace weft::detail {

/// Whether a text is an origin as a browser writes it: "https://app.example.com:8443". Not "null":
/// that is what every sandboxed frame says.
bool is_origin(std::string_view text);

/// "app.example.com:8443" of an origin; empty where it is none.
std::string_view authority_of(std::string_view origin);

}  // namespace weft::detail
