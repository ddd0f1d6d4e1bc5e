#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/web/json/describe.hpp>

#include <string>
#include <string_view>

namespace weft {

enum class json_style : unsigned char {
  compact,
  pretty,  ///< a line for each member and item, two blanks a level: for people
};

namespace detail {
void write_json(byte_buffer& out, const void* value, const json_type& type,
                json_style style = json_style::compact);
}

/// Appends a value as JSON, members in the order of their description, bases first.
///
/// An empty optional is null, unless rules_for::omit_null() leaves it out; so are NaN and the
/// infinities, which JSON does not have, and times and dates outside of the years 0 to 9999. A time
/// is written in UTC, with as many digits of its fraction as its type has. Doubles are
/// the shortest text that reads back as the same value. An enum value without a name is its number.
/// Bytes beyond ASCII go out as they are: strings are expected to be UTF-8.
///
/// Cost  no allocation beside the growth of `out`; a pretty text is laid out from the compact one
/// @throws std::bad_alloc
/// @source RFC 8259
/// @example tests/unit/web/json/write_test.cpp:write
template <class T>
void write_json(byte_buffer& out, const T& value, json_style style = json_style::compact) {
  detail::require_json_support<T, detail::json_use::write>();
  detail::write_json(out, &value, detail::json_type_of<T, detail::json_use::write>, style);
}

/// A value as JSON, for examples in documents and tests. @throws std::bad_alloc
template <class T>
std::string to_json(const T& value, json_style style = json_style::compact) {
  byte_buffer out;
  write_json(out, value, style);
  return std::string(out.view());
}

/// Appends a text as a JSON string, with its quotes.
void write_json_string(byte_buffer& out, std::string_view text);

}  // namespace weft
