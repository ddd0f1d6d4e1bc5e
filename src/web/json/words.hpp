#pragma once

#include <weft/web/json/type.hpp>

#include <string>
#include <string_view>

namespace weft::detail {

/// Whether values of that kind are short texts that read_word() reads.
bool is_word(json_kind kind) noexcept;

/// Reads an enumerator, a point in time, a date, or an integer in a string.
/// @return what is wrong, empty when nothing is
std::string read_word(std::string_view text, void* out, const json_type& type,
                      const json_bounds& bounds);

/// Reads digits, with a sign or without, into an integer of the type's width.
/// @return what is wrong, empty when nothing is
std::string read_digits(std::string_view text, void* out, const json_type& type,
                        const json_bounds& bounds);

}  // namespace weft::detail
