#include "web/host_table.hpp"

#include "web/ascii.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace weft::detail {
namespace {

constexpr std::size_t longest_host = 255;  // RFC 1035 2.3.4

std::string_view without_port(std::string_view host) noexcept {
  const auto colon = host.rfind(':');
  const bool inside_address =
      colon != std::string_view::npos && host.find(']', colon) < host.size();
  return colon == std::string_view::npos || inside_address ? host : host.substr(0, colon);
}

bool is_name(std::string_view text) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  return !text.empty() && text.size() <= longest_host && text.front() != '.' &&
         text.back() != '.' && text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), good);
}

bool is_address(std::string_view text) {
  return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
         text.find_first_not_of("0123456789abcdef:.", 1) == text.size() - 1;
}

[[noreturn]] void refuse(std::string_view pattern) {
  throw std::logic_error("weft: the host \"" + std::string(pattern) +
                         "\" is neither a name without a port nor \"{label}.\" or \"*.\" in front "
                         "of one");
}

bool is_label_name(std::string_view name) {
  return !name.empty() && name.find_first_of("{}*./") == std::string_view::npos;
}

}  // namespace

host_pattern parse_host(std::string_view pattern) {
  host_pattern out;
  auto rest = pattern;
  if (rest.starts_with("*.")) {
    out.label = "*";
    rest.remove_prefix(2);
  } else if (const auto close = rest.find("}."); rest.starts_with('{') && close < rest.size()) {
    out.label = rest.substr(1, close - 1);
    if (!is_label_name(out.label)) refuse(pattern);
    rest.remove_prefix(close + 2);
  }
  out.name.resize(rest.size());
  std::transform(rest.begin(), rest.end(), out.name.begin(), to_lower);
  if (!is_name(out.name) && !(out.label.empty() && is_address(out.name))) refuse(pattern);
  return out;
}

std::uint32_t host_table::add(const host_pattern& pattern) {
  auto& names = pattern.label.empty() ? exact_ : any_label_;
  const auto place =
      std::lower_bound(names.begin(), names.end(), pattern.name,
                       [](const entry& e, const std::string& name) { return e.name < name; });
  if (place != names.end() && place->name == pattern.name) return place->number;
  names.insert(place, entry{pattern.name, count_});
  return count_++;
}

std::uint32_t host_table::find_in(const std::vector<entry>& sorted,
                                  std::string_view name) noexcept {
  const auto place =
      std::lower_bound(sorted.begin(), sorted.end(), name,
                       [](const entry& e, std::string_view wanted) { return e.name < wanted; });
  return place != sorted.end() && place->name == name ? place->number : none;
}

host_table::found host_table::find(std::string_view host) const noexcept {
  host = without_port(host);
  if (host.ends_with('.')) host.remove_suffix(1);
  found out;
  if (host.empty() || host.size() > longest_host) return out;
  std::array<char, longest_host> buffer;
  std::transform(host.begin(), host.end(), buffer.begin(), to_lower);
  const std::string_view name(buffer.data(), host.size());
  out.exact = find_in(exact_, name);
  const auto dot = name.find('.');
  if (dot == 0 || dot == std::string_view::npos) return out;
  out.any_label = find_in(any_label_, name.substr(dot + 1));
  out.label = host.substr(0, dot);
  return out;
}

}  // namespace weft::detail
