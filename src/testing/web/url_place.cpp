#include "url_place.hpp"

#include <weft/http/request_target.hpp>

#include <algorithm>

namespace weft::testing {
namespace {

bool is_this_machine(std::string_view host) noexcept {
  return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") ||
         host == "::1";
}

bool ends_a_target(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7f;
}

}  // namespace

result<url_place> place_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == url.npos) return condition::bad_input;
  const auto origin_end = std::min(url.find_first_of("/?#", scheme_end + 3), url.size());
  const auto origin = http::read_target(url.substr(0, origin_end));
  if (!origin) return origin.error();
  std::string_view target = url.substr(origin_end);
  target = target.substr(0, target.find('#'));
  if (std::any_of(target.begin(), target.end(), ends_a_target)) return condition::bad_input;

  url_place place;
  place.host = origin->host;
  place.authority = origin->authority;
  if (!target.starts_with('/')) place.target = '/';
  place.target += target;
  return place;
}

cookie_place cookie_place_of(const url_place& place) {
  cookie_place made;
  made.host = place.host;
  made.path = place.target.substr(0, place.target.find('?'));
  made.is_secure = is_this_machine(place.host);
  return made;
}

}  // namespace weft::testing
