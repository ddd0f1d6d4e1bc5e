#pragma once

#include <weft/web/json/type.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The words of the issues: public text, so they tell what is wanted and repeat nothing of the input
// but its keys.
namespace weft::detail {

/// "must be an integer or null"
std::string kind_message(const json_type& type);
/// "must be between 1 and 1000". @param type  a number
std::string range_message(const json_type& type, const json_bounds& bounds);
/// "must have at most 100 items". @param kind  string, array, map, or none for bytes
std::string size_message(json_kind kind, std::size_t least, std::size_t most);

/// What is wrong with a size; empty where nothing is.
std::string wrong_size(json_kind kind, std::size_t size, const json_bounds& bounds);
/// "must be one of "a", "b"". @param texts  for strings  @param bits  for all else
std::string choices_message(const json_type& type, const std::vector<std::string>& texts,
                            const std::vector<std::uint64_t>& bits);
std::string texts_message(const std::vector<std::string>& texts);
/// The shortest text of a number.
std::string number_text(double value);

/// Appends one reference token of a JSON pointer. @source RFC 6901 3
void append_token(std::string& pointer, std::string_view token);

}  // namespace weft::detail
