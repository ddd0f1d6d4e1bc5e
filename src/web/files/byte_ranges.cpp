#include "web/files/byte_ranges.hpp"

#include "web/ascii.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace weft::detail {
namespace {

constexpr std::string_view unit = "bytes=";

/// Numbers that are too large for any file are as good as the largest.
std::optional<std::uint64_t> parse_position(std::string_view digits) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  if (digits.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (most - digit) / 10 ? most : value * 10 + digit;
  }
  return value;
}

/// @return nullopt where it is malformed; an empty range where nothing of it is there
std::optional<byte_range> parse_range(std::string_view text, std::uint64_t size) {
  const auto dash = text.find('-');
  if (dash == text.npos) return std::nullopt;
  const auto last = text.substr(dash + 1);
  if (dash == 0) {  // the last so many
    const auto suffix = parse_position(last);
    if (!suffix) return std::nullopt;
    const auto length = std::min(*suffix, size);
    return byte_range{size - length, length};
  }
  const auto from = parse_position(text.substr(0, dash));
  const auto to = last.empty() ? std::numeric_limits<std::uint64_t>::max() : parse_position(last);
  if (!from || !to || *to < *from) return std::nullopt;
  if (*from >= size) return byte_range{size, 0};
  return byte_range{*from, std::min(*to, size - 1) - *from + 1};
}

}  // namespace

wanted_ranges parse_ranges(std::string_view field, std::uint64_t size, std::size_t most) {
  using outcome = wanted_ranges::outcome;
  wanted_ranges wanted;
  if (!equal_ignoring_case(field.substr(0, unit.size()), unit)) return wanted;
  field.remove_prefix(unit.size());
  std::size_t count = 0;
  std::uint64_t together = 0;
  wanted.what = outcome::unsatisfiable;
  for (bool more = true; more;) {
    const auto comma = field.find(',');
    const auto element = trim_blanks(field.substr(0, comma));
    more = comma != field.npos;
    if (more) field.remove_prefix(comma + 1);
    if (element.empty()) continue;  // RFC 9110 5.6.1.2
    if (++count > most) return {outcome::whole};
    const auto range = parse_range(element, size);
    if (!range) return {outcome::unsatisfiable};
    if (range->length == 0) continue;
    together += range->length;
    if (together > size) return {outcome::whole};
    wanted.what = outcome::some;
    wanted.ranges.push_back(*range);
  }
  return wanted;
}

std::string content_range(const byte_range& range, std::uint64_t size) {
  return "bytes " + std::to_string(range.offset) + '-' +
         std::to_string(range.offset + range.length - 1) + '/' + std::to_string(size);
}

std::string content_range(std::uint64_t size) { return "bytes */" + std::to_string(size); }

}  // namespace weft::detail
