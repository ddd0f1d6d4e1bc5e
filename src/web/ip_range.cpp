#include "web/ip_range.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace weft::detail {
namespace {

constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_ipv4(const ip_address& address) {
  return std::equal(mapped.begin(), mapped.end(), address.begin());
}

bool is_bit_set(const ip_address& address, unsigned bit) {
  return (address[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

}  // namespace

std::optional<ip_address> parse_ip(std::string_view text) {
  const std::string whole(text.substr(0, text.find('%')));
  ip_address address{};
  if (::inet_pton(AF_INET6, whole.c_str(), address.data()) == 1) return address;
  std::copy(mapped.begin(), mapped.end(), address.begin());
  if (::inet_pton(AF_INET, whole.c_str(), address.data() + mapped.size()) == 1) return address;
  return std::nullopt;
}

std::string to_string(const ip_address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_ipv4(address)) ::inet_ntop(AF_INET, address.data() + mapped.size(), text, sizeof text);
  else ::inet_ntop(AF_INET6, address.data(), text, sizeof text);
  return text;
}

std::optional<ip_range> ip_range::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto first = parse_ip(text.substr(0, slash));
  if (!first || text.find('%') != std::string_view::npos) return std::nullopt;
  // "::ffff:10.0.0.0/104" is written as IPv6 and counted so.
  const bool is_short = text.find(':') == std::string_view::npos;
  unsigned length = is_short ? 32 : 128;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    unsigned given = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), given);
    if (error != std::errc{} || stop != digits.data() + digits.size() || given > length)
      return std::nullopt;
    length = given;
  }
  ip_range range;
  range.first_ = *first;
  range.bits_ = is_short ? length + 96 : length;
  for (unsigned bit = range.bits_; bit < 128; ++bit)
    if (is_bit_set(range.first_, bit)) return std::nullopt;
  return range;
}

bool ip_range::contains(const ip_address& address) const noexcept {
  const auto whole = bits_ / 8;
  if (!std::equal(first_.begin(), first_.begin() + whole, address.begin())) return false;
  for (unsigned bit = whole * 8; bit < bits_; ++bit)
    if (is_bit_set(first_, bit) != is_bit_set(address, bit)) return false;
  return true;
}

}  // namespace weft::detail
