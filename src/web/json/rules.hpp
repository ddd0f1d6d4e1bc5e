#pragma once

#include "layout.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weft::detail {

struct broken_rule {
  const json_member* member;
  std::string inside;  ///< a JSON Pointer from the member on: "/3", empty for the member itself
  std::string message;
};

/// The rules that a complete object breaks, beyond the bounds that its members were read within:
/// the one place for JSON, queries and forms.
/// @param good  the members that were given, and nothing was wrong with
/// @param all_good  nothing at all was wrong, so that rules of the whole object make sense
/// @param most  broken rules of one member or list at most
std::vector<broken_rule> broken_rules(const json_layout& layout, const void* object,
                                      const json_marks& good, bool all_good, std::size_t most);

/// A rule of a member, or of the items in it. @throws std::logic_error  there is no such member
void add_check(json_layout& layout, json_place place,
               std::function<std::string(const void* value)> wrong, json_keyword keyword = {});

/// Bounds of the items in a list, where that is what a check is about; else null.
const json_bounds* item_bounds_of(const json_check& check);

/// The only good values. One of the two is empty.
struct json_choices {
  const std::vector<std::string>* texts;
  const std::vector<std::uint64_t>* bits;
};
/// Where that is what a check is about.
std::optional<json_choices> choices_of(const json_check& check);

/// What is wrong with a value that was read, by its bounds; empty where nothing is.
std::string wrong_bounds(const void* value, const json_type& type, const json_bounds& bounds);

}  // namespace weft::detail
