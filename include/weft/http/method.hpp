#pragma once

#include <string_view>

namespace weft {

/// The request methods of RFC 9110 9 and RFC 5789; every other token is `other`.
enum class http_method { get, head, post, put, delete_, patch, options, connect, trace, other };

/// The method as it stands on the wire, for example "DELETE"; empty for `other`.
std::string_view to_string(http_method method) noexcept;

/// The method of that exact name: methods are case-sensitive, so "get" is `other` (RFC 9110 9.1).
http_method parse_method(std::string_view name) noexcept;

}  // namespace weft
