#pragma once

#include <weft/base/error.hpp>
#include <weft/net/endpoint.hpp>

#include <boost/asio/generic/stream_protocol.hpp>

#include <sys/socket.h>

#include <string>

namespace weft::detail {

/// TCP over IPv4 and IPv6, and Unix sockets: what streams and listeners are made of.
using stream_protocol = boost::asio::generic::stream_protocol;
using socket_address = stream_protocol::endpoint;

/// The address of a Unix socket, as endpoint::path has it.
/// @errors std::errc::filename_too_long: the system has room for 107 bytes;
///         std::errc::invalid_argument for an empty path, and one with a zero byte
result<socket_address> unix_address(const std::string& path);
/// Whether it is in the system's table of names and no file.
inline bool is_unix_name(const std::string& path) noexcept { return path.starts_with('@'); }

/// What the system says of a socket, for people. An IPv4 address that came through an IPv6 socket
/// is told as IPv4.
endpoint to_endpoint(const socket_address& address);

/// Where a socket is, by getsockname(2), or its peer, by getpeername(2). Empty where that fails.
using address_call = int(int, sockaddr*, socklen_t*);
endpoint endpoint_of(int descriptor, address_call* call);

}  // namespace weft::detail
