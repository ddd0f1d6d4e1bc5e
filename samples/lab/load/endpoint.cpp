#include "endpoint.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace lab {

sockaddr_in resolve_endpoint(std::string_view text, bool allow_remote) {
  const std::string shown = "'" + std::string(text) + "'";
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) throw std::runtime_error(shown + " is not HOST:PORT");

  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) {
    throw std::runtime_error(shown + " has no port from 1 to 65535");
  }

  std::string host(text.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error(shown + " is no IPv4 address and not localhost");
  }
  const bool loopback = (ntohl(address.sin_addr.s_addr) >> 24) == 127;
  if (!loopback && !allow_remote) {
    throw std::runtime_error(shown + " is another machine; --allow-remote if it is yours to load");
  }
  return address;
}

}  // namespace lab
