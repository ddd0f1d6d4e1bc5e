#include <weft/http/request_target.hpp>

#include "authority.hpp"
#include "char_class.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include <optional>

namespace weft::http {

namespace {

namespace urls = boost::urls;

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = detail::to_lower(c);
  return lower;
}

/// @return nullopt for port 0 and beyond 65535, which no server has
std::optional<std::uint16_t> port_of(const urls::url_view& url) {
  if (!url.has_port() || url.port().empty())
    return url.scheme_id() == urls::scheme::https ? https_port : http_port;
  // Leading zeros are grammatical; Boost.URL tells 0 for what does not fit.
  const std::uint16_t port = url.port_number();
  return port == 0 ? std::nullopt : std::optional(port);
}

std::string origin_form(const urls::url_view& url) {
  std::string target(url.encoded_path());
  if (target.empty()) target = "/";
  if (url.has_query()) target.append("?").append(std::string_view(url.encoded_query()));
  return target;
}

/// The host of a socket: an address without brackets, or a name.
std::string host_to_look_up(const urls::url_view& url, const std::string& host) {
  return url.host_type() == urls::host_type::ipv6 ? host.substr(1, host.size() - 2) : host;
}

bool has_usable_host(const urls::url_view& url) {
  const std::string_view host = url.encoded_host();
  // A name with escapes resolves nowhere, and an escape may hide any byte.
  return !host.empty() && host.find('%') == std::string_view::npos &&
         url.host_type() != urls::host_type::ipvfuture && detail::is_authority(host);
}

}  // namespace

result<request_target> read_target(std::string_view text) {
  const auto parsed = urls::parse_uri(text);
  if (!parsed) return condition::bad_input;
  const urls::url_view& url = *parsed;
  if (url.scheme_id() != urls::scheme::http)
    return std::make_error_code(std::errc::protocol_not_supported);
  const auto port = port_of(url);
  if (!url.has_authority() || url.has_userinfo() || !has_usable_host(url) || !port)
    return condition::bad_input;

  request_target read;
  const std::string host = lower_case(std::string_view(url.encoded_host()));
  read.host = host_to_look_up(url, host);
  read.port = *port;
  read.authority = *port == http_port ? host : host + ":" + std::to_string(*port);
  read.target = origin_form(url);
  return read;
}

result<std::string> resolve_location(std::string_view base, std::string_view location) {
  const auto from = urls::parse_uri(base);
  const auto reference = urls::parse_uri_reference(location);
  urls::url to;
  if (!from || !reference || !urls::resolve(*from, *reference, to)) return condition::bad_input;
  to.remove_fragment();
  return std::string(to.buffer());
}

bool is_same_origin(std::string_view a, std::string_view b) {
  const auto first = urls::parse_uri(a);
  const auto second = urls::parse_uri(b);
  if (!first || !second) return false;
  return first->scheme_id() == second->scheme_id() && port_of(*first) == port_of(*second) &&
         lower_case(std::string_view(first->encoded_host())) ==
             lower_case(std::string_view(second->encoded_host()));
}

bool is_downgrade(std::string_view from, std::string_view to) {
  const auto first = urls::parse_uri(from);
  const auto second = urls::parse_uri(to);
  return first && second && first->scheme_id() == urls::scheme::https &&
         second->scheme_id() != urls::scheme::https;
}

}  // namespace weft::http
