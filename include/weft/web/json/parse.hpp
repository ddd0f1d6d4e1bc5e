#pragma once

#include <weft/web/json/describe.hpp>
#include <weft/web/json/outcome.hpp>

#include <cstddef>
#include <string_view>

namespace weft {

/// How much of a document is accepted. Its size in bytes is bounded where it is received.
struct json_limits {
  static constexpr std::size_t deepest = 256;

  std::size_t depth = 64;       ///< nested arrays and objects, at most `deepest`; past it a 400
  std::size_t items = 100'000;  ///< items of one array or map; past it an issue
  std::size_t issues = 32;      ///< reading ends with this many
};

namespace detail {
json_outcome parse_json(std::string_view text, void* out, const json_type& type,
                        const json_limits& limits);
}

/// Reads a JSON text straight into a described type, and says all that is wrong with it at once.
///
/// Strict RFC 8259: UTF-8, no comments, no trailing commas, no byte order mark. On top of it: a key
/// that comes twice is an issue; 1.0 and 1e3 are integers, 1.5 is none; null fits std::optional
/// only; an enum is written by its enumerator's name. Vectors and maps are replaced; members that
/// are absent keep what `out` had.
///
/// @param text  the whole document
/// @param out   holds a part of the document where the outcome is not good
/// @return  ok, a syntax error (400) or all issues (422)
/// Cost  one pass, no value tree; allocates only what the strings and containers of T need
/// @throws std::bad_alloc
/// @source RFC 8259, RFC 6901
/// @example tests/unit/web/json/parse_test.cpp:parse
template <class T>
json_outcome parse_json(std::string_view text, T& out, const json_limits& limits = {}) {
  detail::require_json_support<T, detail::json_use::read>();
  return detail::parse_json(text, &out, detail::json_type_of<T, detail::json_use::read>, limits);
}

}  // namespace weft
