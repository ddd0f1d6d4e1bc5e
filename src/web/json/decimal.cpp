#include "decimal.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace weft::detail {
namespace {

__extension__ using wide = unsigned __int128;

/// digits * 10^exponent
struct decimal {
  std::uint64_t digits = 0;  ///< at most 17 of them
  int exponent = 0;
};

decimal decimal_of(double value) {
  char text[32];
  // As "d.ddde+dd": the shortest that reads back as the same value.
  const auto end =
      std::to_chars(text, text + sizeof text, std::fabs(value), std::chars_format::scientific).ptr;
  decimal found;
  bool is_fraction = false;
  const char* at = text;
  for (; *at != 'e'; ++at) {
    if (*at == '.') is_fraction = true;
    else {
      found.digits = found.digits * 10 + static_cast<unsigned>(*at - '0');
      if (is_fraction) --found.exponent;
    }
  }
  ++at;
  if (*at == '+') ++at;
  int exponent = 0;
  std::from_chars(at, end, exponent);
  found.exponent += exponent;
  return found;
}

}  // namespace

bool is_decimal_multiple(double value, double step) {
  const decimal whole = decimal_of(value);
  const decimal part = decimal_of(step);
  if (whole.digits == 0) return true;
  int shift = whole.exponent - part.exponent;
  if (shift >= 0) {
    std::uint64_t rest = whole.digits % part.digits;
    for (; shift != 0 && rest != 0; --shift)
      rest = static_cast<std::uint64_t>(wide{rest} * 10 % part.digits);
    return rest == 0;
  }
  // 17 digits hold no more than 17 zeros at their end.
  if (shift < -17) return false;
  wide unit = part.digits;
  for (; shift != 0; ++shift) unit *= 10;
  return whole.digits % unit == 0;
}

}  // namespace weft::detail
