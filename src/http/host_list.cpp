#include "host_list.hpp"

#include "authority.hpp"
#include "char_class.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace weft::http {
namespace {

/// Without the port and the dot of the root, which name the same host.
std::string_view host_of(std::string_view authority) noexcept {
  const auto bracket = authority.find(']');
  if (bracket != std::string_view::npos) return authority.substr(0, bracket + 1);
  std::string_view host = authority.substr(0, authority.find(':'));
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

/// Of "[::1]". @return nullopt for what is no IPv6 literal
std::optional<in6_addr> address_of(std::string_view host) noexcept {
  if (!host.starts_with('[') || !host.ends_with(']')) return std::nullopt;
  const auto digits = host.substr(1, host.size() - 2);
  char text[INET6_ADDRSTRLEN] = {};
  in6_addr address{};
  if (digits.size() >= sizeof text) return std::nullopt;
  digits.copy(text, digits.size());
  return ::inet_pton(AF_INET6, text, &address) == 1 ? std::optional(address) : std::nullopt;
}

/// Addresses have many spellings.
bool is_same_host(std::string_view a, std::string_view b) noexcept {
  if (detail::equals_any_case(a, b)) return true;
  const auto one = address_of(a);
  const auto other = one ? address_of(b) : std::nullopt;
  return other && std::memcmp(&*one, &*other, sizeof *one) == 0;
}

bool is_below(std::string_view host, std::string_view domain) noexcept {
  return host.size() > domain.size() &&
         detail::equals_any_case(host.substr(host.size() - domain.size()), domain);
}

bool is_host(std::string_view text) noexcept {
  const bool has_port = !text.ends_with(']') && text.find(':') != std::string_view::npos;
  return !has_port && detail::is_authority(text) && !host_of(text).empty();
}

bool is_name(std::string_view text) noexcept {
  return is_host(text) && !text.starts_with('[') && text.find('*') == std::string_view::npos;
}

}  // namespace

host_list::host_list(const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) {
    const bool is_domain = entry.starts_with("*.") && is_name(entry.substr(2));
    if (is_domain) domains_.emplace_back(host_of(entry).substr(1));
    else if (is_host(entry) && entry.find('*') == std::string::npos)
      hosts_.emplace_back(host_of(entry));
    else
      throw std::invalid_argument("allowed_hosts: \"" + entry +
                                  "\" is neither a host without a port nor *.DOMAIN");
  }
}

bool host_list::has(std::string_view authority) const noexcept {
  const auto host = host_of(authority);
  const auto is_it = [host](const std::string& h) { return is_same_host(host, h); };
  const auto has_it = [host](const std::string& d) { return is_below(host, d); };
  return std::ranges::any_of(hosts_, is_it) || std::ranges::any_of(domains_, has_it);
}

}  // namespace weft::http
