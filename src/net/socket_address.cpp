#include "socket_address.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>

#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <system_error>

namespace weft::detail {
namespace {

namespace ip = boost::asio::ip;

// A peer that has not bound itself has an address without a path; one in the system's table of
// names has a path that begins with a zero byte, and ends with the address.
std::string path_of(const socket_address& address) {
  constexpr std::size_t before_path = offsetof(sockaddr_un, sun_path);
  if (address.size() <= before_path) return {};
  const char* const bytes = reinterpret_cast<const char*>(address.data()) + before_path;
  const std::size_t room = address.size() - before_path;
  if (bytes[0] == '\0') return room == 1 ? "" : "@" + std::string(bytes + 1, room - 1);
  const std::string path(bytes, ::strnlen(bytes, room));
  return is_unix_name(path) ? "./" + path : path;
}

// Not converted from the code: Asio's endpoint claims that it can be made of anything.
result<socket_address> no_address(std::errc why) noexcept {
  return result<socket_address>(boost::system::in_place_error, std::make_error_code(why));
}

ip::address readable(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

endpoint ip_endpoint(const socket_address& address) {
  ip::tcp::endpoint at;
  at.resize(address.size());
  std::memcpy(at.data(), address.data(), address.size());
  return {readable(at.address()).to_string(), at.port()};
}

}  // namespace

result<socket_address> unix_address(const std::string& path) {
  sockaddr_un at{};
  if (path.empty() || path == "@" || path.find('\0') != std::string::npos)
    return no_address(std::errc::invalid_argument);
  if (path.size() >= sizeof at.sun_path) return no_address(std::errc::filename_too_long);
  at.sun_family = AF_UNIX;
  path.copy(at.sun_path, path.size());
  // A name begins with a zero byte and ends with the address, a path ends with a zero byte.
  const bool is_name = is_unix_name(path);
  if (is_name) at.sun_path[0] = '\0';
  const std::size_t size = offsetof(sockaddr_un, sun_path) + path.size() + (is_name ? 0 : 1);
  return socket_address(&at, size);
}

endpoint to_endpoint(const socket_address& address) {
  switch (address.data()->sa_family) {
    case AF_UNIX: return endpoint::unix_socket(path_of(address));
    case AF_INET:
    case AF_INET6: return ip_endpoint(address);
    default: return {};
  }
}

endpoint endpoint_of(int descriptor, address_call* call) {
  socket_address at;
  auto size = static_cast<socklen_t>(at.capacity());
  if (call(descriptor, at.data(), &size) != 0) return {};
  at.resize(size);
  return to_endpoint(at);
}

}  // namespace weft::detail
