#include <weft/net/endpoint.hpp>

#include <charconv>
#include <optional>

namespace weft {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

bool is_bracketed(std::string_view host) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']';
}

constexpr std::string_view unix_prefix = "unix:";

result<endpoint> parse_unix(std::string_view path) {
  if (path.empty() || path == "@" || path.find('\0') != std::string_view::npos)
    return condition::bad_input;
  return endpoint::unix_socket(std::string(path));
}

}  // namespace

result<endpoint> parse_endpoint(std::string_view text) {
  if (text.starts_with(unix_prefix)) return parse_unix(text.substr(unix_prefix.size()));
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return condition::bad_input;
  std::string_view host = text.substr(0, colon);
  const auto port = parse_port(text.substr(colon + 1));
  if (is_bracketed(host)) host = host.substr(1, host.size() - 2);
  else if (host.find_first_of(":[]") != std::string_view::npos) return condition::bad_input;
  if (host.empty() || !port) return condition::bad_input;
  return endpoint{std::string(host), *port};
}

std::string to_string(const endpoint& e) {
  if (e.is_unix()) return std::string(unix_prefix) + *e.path;
  const bool is_ipv6 = e.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + e.host + "]" : e.host) + ":" + std::to_string(e.port);
}

}  // namespace weft
