#pragma once

#include <weft/net/endpoint.hpp>

#include <boost/asio/generic/stream_protocol.hpp>

#include <sys/socket.h>

#include <optional>
#include <string>

namespace weft::detail {

/// TCP over IPv4 and IPv6, and Unix sockets: what streams and listeners are made of.
using stream_protocol = boost::asio::generic::stream_protocol;
using socket_address = stream_protocol::endpoint;

/// The address of a Unix socket's file.
/// @return nullopt where it is too long: the system has room for 107 bytes
std::optional<socket_address> unix_address(const std::string& path);

/// What the system says of a socket, for people. An IPv4 address that came through an IPv6 socket
/// is told as IPv4.
endpoint to_endpoint(const socket_address& address);

/// Where a socket is, by getsockname(2), or its peer, by getpeername(2). Empty where that fails.
using address_call = int(int, sockaddr*, socklen_t*);
endpoint endpoint_of(int descriptor, address_call* call);

}  // namespace weft::detail
