#include "authority.hpp"

#include "char_class.hpp"

namespace weft::detail {

namespace {

bool all_are(std::string_view text, char_class wanted) noexcept {
  const char* end = text.data() + text.size();
  return skip(text.data(), end, wanted) == end;
}

/// A decimal of at most `max`, at most `max_digits` long.
bool is_number(std::string_view text, unsigned max, std::size_t max_digits) noexcept {
  if (text.size() > max_digits || !all_are(text, digit_char)) return false;
  unsigned value = 0;
  for (const char c : text) value = value * 10 + static_cast<unsigned>(c - '0');
  return value <= max;
}

bool is_ipv4_address(std::string_view text) noexcept {
  for (int part = 0; part < 4; ++part) {
    const auto dot = text.find('.');
    if ((dot == std::string_view::npos) != (part == 3)) return false;
    const auto octet = text.substr(0, dot);
    const bool padded = octet.size() > 1 && octet.front() == '0';
    if (octet.empty() || padded || !is_number(octet, 255, 3)) return false;
    if (part < 3) text.remove_prefix(dot + 1);
  }
  return true;
}

/// Counts 16-bit groups of `text`, which holds no "::". @return -1 where it is malformed
int count_groups(std::string_view text, bool may_end_with_ipv4) noexcept {
  if (text.empty()) return 0;
  for (int groups = 0;;) {
    const auto colon = text.find(':');
    const auto group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && may_end_with_ipv4 && is_ipv4_address(group)) return groups + 2;
    if (group.empty() || group.size() > 4 || !all_are(group, hex_char)) return -1;
    ++groups;
    if (last) return groups;
    text.remove_prefix(colon + 1);
  }
}

bool is_ip_future(std::string_view text) noexcept {
  if (text.size() < 4 || (text.front() != 'v' && text.front() != 'V')) return false;
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot == 1 || dot + 1 == text.size()) return false;
  if (!all_are(text.substr(1, dot - 1), hex_char)) return false;
  for (const char c : text.substr(dot + 1))
    if (c != ':' && !is(c, reg_name_char)) return false;
  return true;
}

/// The end of the leading reg-name; `end` is not part of it. @return nullptr for a broken escape
const char* skip_reg_name(const char* p, const char* end) noexcept {
  for (;;) {
    p = skip(p, end, reg_name_char);
    if (p == end || *p != '%') return p;
    if (end - p < 3 || !is(p[1], hex_char) || !is(p[2], hex_char)) return nullptr;
    p += 3;
  }
}

/// The end of the host. @return nullptr where it is malformed or empty
const char* skip_host(std::string_view text) noexcept {
  if (text.empty()) return nullptr;
  if (text.front() != '[') {
    const char* end = skip_reg_name(text.data(), text.data() + text.size());
    return end == text.data() ? nullptr : end;
  }
  const auto close = text.find(']');
  if (close == std::string_view::npos) return nullptr;
  const auto literal = text.substr(1, close - 1);
  return is_ipv6_address(literal) || is_ip_future(literal) ? text.data() + close + 1 : nullptr;
}

}  // namespace

bool is_ipv6_address(std::string_view text) noexcept {
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) return count_groups(text, true) == 8;
  const auto tail = text.substr(gap + 2);
  if (tail.find("::") != std::string_view::npos) return false;
  const int before = count_groups(text.substr(0, gap), false);
  const int after = count_groups(tail, true);
  return before >= 0 && after >= 0 && before + after <= 7;
}

bool is_authority(std::string_view text) noexcept {
  const char* host_end = skip_host(text);
  if (host_end == nullptr) return false;
  const auto rest = text.substr(static_cast<std::size_t>(host_end - text.data()));
  if (rest.empty()) return true;
  return rest.front() == ':' && is_number(rest.substr(1), 65535, 5);
}

}  // namespace weft::detail
