#include <weft/web/client_address.hpp>

#include "web/ascii.hpp"
#include "web/ip_range.hpp"
#include "web/parameters.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace weft {
namespace {

using detail::ip_address;

/// Takes the last entry of a list. Quotes, which Forwarded alone has, are matched from the right as
/// well: what a client has written at the left must not swallow what a proxy has appended.
std::string_view take_last(std::string_view& list, proxy_header header) {
  bool quoted = false;
  std::size_t begin = list.size();
  for (; begin > 0 && (quoted || list[begin - 1] != ','); --begin)
    if (header == proxy_header::forwarded && list[begin - 1] == '"') quoted = !quoted;
  const auto entry = list.substr(begin);
  list = list.substr(0, begin == 0 ? 0 : begin - 1);
  return detail::trim_blanks(entry);
}

/// "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]" or "[2001:db8::1]:80".
std::optional<ip_address> address_of_node(std::string_view node) {
  if (node.starts_with('[')) {
    const auto end = node.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto port = node.substr(end + 1);
    if (!port.empty() && port.front() != ':') return std::nullopt;
    return detail::parse_ip(node.substr(1, end - 1));
  }
  const auto colon = node.find(':');
  const bool has_port = colon != std::string_view::npos && node.find(':', colon + 1) == node.npos;
  return detail::parse_ip(has_port ? node.substr(0, colon) : node);
}

/// RFC 7239 4: the value of "for". @return empty where there is none
std::string forwarded_for(std::string_view entry) {
  const auto text = ";" + std::string(entry);
  detail::parameters pairs(text);
  std::string node;
  while (pairs.next())
    if (detail::equal_ignoring_case(pairs.name(), "for")) node = std::move(pairs.value());
  return pairs.is_malformed() ? std::string() : node;
}

}  // namespace

struct trusted_proxies::ranges {
  std::vector<detail::ip_range> addresses;
  bool unix_sockets = false;
  proxy_header header = proxy_header::x_forwarded_for;

  bool contains(const ip_address& address) const {
    return std::ranges::any_of(addresses, [&](const auto& one) { return one.contains(address); });
  }

  /// @param client  the proxy that has sent them
  std::optional<ip_address> behind(std::optional<ip_address> client,
                                   std::span<const header_field> headers) const;
};

std::optional<ip_address> trusted_proxies::ranges::behind(
    std::optional<ip_address> client, std::span<const header_field> headers) const {
  const bool is_forwarded = header == proxy_header::forwarded;
  const std::string_view name = is_forwarded ? "Forwarded" : "X-Forwarded-For";
  for (; !headers.empty(); headers = headers.first(headers.size() - 1)) {
    if (!detail::equal_ignoring_case(headers.back().name, name)) continue;
    for (auto list = headers.back().value; !list.empty();) {
      const auto entry = take_last(list, header);
      const auto next =
          is_forwarded ? address_of_node(forwarded_for(entry)) : address_of_node(entry);
      if (!next) return client;
      client = next;
      if (!contains(*client)) return client;
    }
  }
  return client;
}

trusted_proxies::trusted_proxies(const std::vector<std::string>& list, proxy_header header)
    : ranges_(std::make_unique<ranges>()) {
  ranges_->header = header;
  for (const auto& text : list) {
    if (text == "unix") {
      ranges_->unix_sockets = true;
      continue;
    }
    const auto range = detail::ip_range::parse(text);
    if (!range)
      throw std::invalid_argument("trusted_proxies: \"" + text + "\" is no range of addresses");
    ranges_->addresses.push_back(*range);
  }
}

trusted_proxies::~trusted_proxies() = default;
trusted_proxies::trusted_proxies(trusted_proxies&&) noexcept = default;
trusted_proxies& trusted_proxies::operator=(trusted_proxies&&) noexcept = default;

std::string trusted_proxies::client_of(const endpoint& peer,
                                       std::span<const header_field> headers) const {
  const auto address = peer.is_unix() ? std::nullopt : detail::parse_ip(peer.host);
  const bool is_proxy =
      peer.is_unix() ? ranges_->unix_sockets : address && ranges_->contains(*address);
  const auto client = is_proxy ? ranges_->behind(address, headers) : address;
  if (client) return detail::to_string(*client);
  return peer.is_unix() ? "unix:" : peer.host;
}

std::optional<client_address> client_address::extract(context& ctx) {
  const auto peer = ctx.remote();
  if (!peer) return client_address(std::string());
  const auto* const set = ctx.find_state<trusted_proxies>();
  static const trusted_proxies none({});
  return client_address((set != nullptr ? *set : none).client_of(*peer, ctx.request().headers()));
}

}  // namespace weft
