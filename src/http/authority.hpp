#pragma once

#include <string_view>

namespace weft::detail {

/// Whether `text` is uri-host [ ":" port ] with a host that is not empty: a name, an IPv4 address,
/// or an IP literal in brackets. No userinfo; a port of at most 65535, which may be empty.
///
/// @source RFC 3986 3.2.2 and 3.2.3, RFC 9110 7.2
bool is_authority(std::string_view text) noexcept;

/// Whether `text` is an IPv6 address, an IPv4 address in its last 32 bits allowed.
bool is_ipv6_address(std::string_view text) noexcept;

}  // namespace weft::detail
