#include "web/middleware/origin.hpp"

#include "web/ip_range.hpp"

#include <charconv>
#include <system_error>

namespace weft::detail {
namespace {

bool is_scheme(std::string_view text) {
  constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyz0123456789+-.";
  return !text.empty() && text.find_first_not_of(characters) == text.npos && text.front() >= 'a' &&
         text.front() <= 'z';
}

bool is_port(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number <= 65535;
}

bool is_host(std::string_view text) {
  if (text.starts_with('['))
    return text.ends_with(']') && parse_ip(text.substr(1, text.size() - 2)).has_value();
  constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
  return !text.empty() && text.find_first_not_of(characters) == text.npos;
}

}  // namespace

bool is_origin(std::string_view text) {
  const auto slashes = text.find("://");
  if (slashes == text.npos || !is_scheme(text.substr(0, slashes))) return false;
  const auto host = text.substr(slashes + 3);
  const auto colon = host.find(':', host.starts_with('[') ? host.find(']') : 0);
  return is_host(host.substr(0, colon)) && (colon == host.npos || is_port(host.substr(colon + 1)));
}

std::string_view authority_of(std::string_view origin) {
  return is_origin(origin) ? origin.substr(origin.find("://") + 3) : std::string_view();
}

}  // namespace weft::detail
