#pragma once

#include <weft/web/json/type.hpp>

#include <cstddef>
#include <string>
#include <string_view>

// The words of the issues: public text, so they tell what is wanted and repeat nothing of the input
// but its keys.
namespace weft::detail {

/// "must be an integer or null"
std::string kind_message(const json_type& type);
/// "must be between 1 and 1000". @param type  a number
std::string range_message(const json_type& type, const json_bounds& bounds);
/// "must have at most 100 items". @param kind  string, array, map, or none for bytes
std::string size_message(json_kind kind, std::size_t least, std::size_t most);

/// Appends one reference token of a JSON pointer. @source RFC 6901 3
void append_token(std::string& pointer, std::string_view token);

}  // namespace weft::detail
