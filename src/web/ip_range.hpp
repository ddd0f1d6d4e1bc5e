#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::detail {

/// An IPv6 address; one of IPv4 is the IPv6 address that is mapped to it.
using ip_address = std::array<std::uint8_t, 16>;

/// @param text  "192.0.2.1" or "2001:db8::1"; the zone of a link-local address is left out
std::optional<ip_address> parse_ip(std::string_view text);
std::string to_string(const ip_address& address);

/// "10.0.0.0/8", or one address.
class ip_range {
public:
  /// @return nullopt for no range, and for one that has bits behind its prefix
  static std::optional<ip_range> parse(std::string_view text);
  bool contains(const ip_address& address) const noexcept;

private:
  ip_address first_{};
  unsigned bits_ = 0;  // that count
};

}  // namespace weft::detail
