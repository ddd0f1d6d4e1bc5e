#include "beast_differences.hpp"

#include "http/char_class.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

// The one place that names what weft accepts and Beast refuses or reads otherwise. What Beast
// accepts and weft refuses is no matter: weft is the stricter one.
//
// Two things are taken off before Beast is asked: empty lines before a request, of which weft skips
// some (RFC 9112 2.2) and Beast none, and interim answers, which weft does not tell.

namespace weft::fuzz {

namespace {

using fields = std::vector<message::field>;

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), detail::to_lower);
  return text;
}

bool is_named(const message::field& field, std::string_view name) {
  return lower_case(field.first) == name;
}

bool any_named(const fields& all, std::string_view name) {
  return std::ranges::any_of(all, [&](const auto& field) { return is_named(field, name); });
}

bool is_list_of_tokens(std::string_view list) {
  for (;;) {
    const auto comma = std::min(list.find(','), list.size());
    const auto element = detail::trim(list.substr(0, comma));
    if (!std::ranges::all_of(element, [](char c) { return detail::is(c, detail::token_char); }))
      return false;
    if (comma == list.size()) return true;
    list.remove_prefix(comma + 1);
  }
}

// RFC 9110 2.5: a later minor version is read as the highest known one. Beast refuses it.
bool has_later_version(std::string_view bytes) {
  constexpr std::string_view name = "HTTP/1.";
  for (auto at = bytes.find(name); at < bytes.size(); at = bytes.find(name, at + 1)) {
    const auto digit = bytes.substr(at + name.size(), 1);
    if (digit >= "2" && digit <= "9") return true;
  }
  return false;
}

// No version of HTTP defines it (RFC 9112 C.2.2). Beast obeys it as it obeys Connection.
bool has_proxy_connection(const message& ours) {
  return any_named(ours.headers, "proxy-connection");
}

// RFC 9110 7.6.1: options that a recipient does not know are ignored, and so is here what is no
// option at all. Beast refuses a Connection that is no list of tokens.
bool has_odd_connection(const message& ours) {
  return std::ranges::any_of(ours.headers, [](const auto& field) {
    return is_named(field, "connection") && !is_list_of_tokens(field.second);
  });
}

// RFC 9112 9.3: "close" is looked at first. In HTTP/1.0 Beast looks at "keep-alive" alone.
bool closes_1_0_against_keep_alive(const message& ours) {
  return ours.minor_version == 0 && !ours.keep_alive &&
         std::ranges::any_of(ours.headers, [](const auto& field) {
           return is_named(field, "connection") &&
                  lower_case(field.second).find("keep-alive") != std::string::npos;
         });
}

// RFC 9110 6.5.1: a trailer says nothing about framing or the connection; here it is told apart and
// means nothing. Beast reads it as if it stood in the head, and refuses some for that.
bool has_ruling_trailer(const message& ours) {
  constexpr std::string_view ruling[] = {"connection", "proxy-connection", "content-length",
                                         "transfer-encoding"};
  return std::ranges::any_of(ruling, [&](auto name) { return any_named(ours.trailers, name); });
}

// RFC 9112 3.2.2: the authority of an absolute-form target stands in the Host field.
bool has_overruled_host(const message& ours) {
  return ours.target.find("://") != std::string::npos && any_named(ours.headers, "host") &&
         !ours.target.starts_with('/');
}

}  // namespace

// RFC 9112 9.3 says what persists is a connection for HTTP; behind these something else is spoken
// (RFC 9110 9.3.6 and 15.2.2).
bool ends_http(const message& answer, http_method asked) {
  return answer.status == 101 || (asked == http_method::connect && answer.status / 100 == 2);
}

bool is_read_otherwise(const message& ours, std::string_view bytes) {
  return has_later_version(bytes.substr(ours.begin, ours.end - ours.begin)) ||
         closes_1_0_against_keep_alive(ours) || has_proxy_connection(ours) ||
         has_odd_connection(ours) || has_ruling_trailer(ours) || has_overruled_host(ours);
}

}  // namespace weft::fuzz
