#include <weft/web/set_cookie.hpp>

#include "web/ascii.hpp"
#include "web/cookie_pairs.hpp"

#include <weft/http/date.hpp>
#include <weft/web/cookie.hpp>

#include <algorithm>
#include <stdexcept>

namespace weft {
namespace {

// What browsers take at most; they drop a cookie that is larger, and an attribute that is.
constexpr std::size_t longest_pair = 4096;
constexpr std::size_t longest_attribute = 1024;
constexpr std::size_t longest_host = 253;
constexpr std::size_t longest_label = 63;

/// @param why  completes the sentence "set_cookie NAME: ..."
void require(bool holds, std::string_view name, const char* why) {
  if (holds) return;
  // Not the name itself where it is none: it may hold anything.
  std::string text = "set_cookie";
  if (detail::is_cookie_name(name)) text.append(" ").append(name.substr(0, longest_host));
  throw std::invalid_argument(text.append(": ").append(why));
}

bool is_path(std::string_view path) {
  const auto fits = [](char c) { return c >= ' ' && c < '\x7f' && c != ';'; };
  return path.starts_with('/') && path.size() <= longest_attribute && path.back() != ' ' &&
         std::ranges::all_of(path, fits);
}

bool is_label(std::string_view label) {
  const auto fits = [](char c) {
    const char lower = detail::to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !label.empty() && label.size() <= longest_label && label.front() != '-' &&
         label.back() != '-' && std::ranges::all_of(label, fits);
}

bool is_host_name(std::string_view host) {
  if (host.size() > longest_host) return false;
  for (;;) {
    const auto dot = host.find('.');
    if (!is_label(host.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

/// Browsers compare prefixes without case.
bool has_prefix(std::string_view name, std::string_view prefix) {
  return detail::equal_ignoring_case(name.substr(0, prefix.size()), prefix);
}

void check_prefix(std::string_view name, const cookie_options& options) {
  const bool host_http = has_prefix(name, "__Host-Http-");
  const bool http = host_http || has_prefix(name, "__Http-");
  const bool host = host_http || has_prefix(name, "__Host-");
  require(options.secure || !(http || host || has_prefix(name, "__Secure-")), name,
          "its prefix promises Secure");
  require(options.http_only || !http, name, "its prefix promises HttpOnly");
  require((options.path == "/" && options.domain.empty()) || !host, name,
          "its prefix promises Path=/ and no Domain");
}

void check(std::string_view name, std::string_view value, const cookie_options& options) {
  require(detail::is_cookie_name(name), name, "the name is no token");
  require(std::ranges::all_of(value, detail::is_cookie_octet), name,
          "the value has a character that a cookie cannot carry");
  require(name.size() + value.size() <= longest_pair, name,
          "name and value have more than 4096 bytes");
  require(is_path(options.path), name, "the path is none");
  require(options.domain.empty() || is_host_name(options.domain), name,
          "the domain is no host name");
  require(options.secure || options.same_site != same_site::none, name,
          "SameSite=None needs Secure");
  require(options.secure || !options.partitioned, name, "Partitioned needs Secure");
  check_prefix(name, options);
}

std::string_view name_of(same_site site) {
  switch (site) {
    case same_site::strict: return "Strict";
    case same_site::none: return "None";
    case same_site::lax: break;
  }
  return "Lax";
}

void add_expires(std::string& text, std::chrono::sys_seconds at) {
  // The years that browsers read and the format has room for.
  using namespace std::chrono;
  constexpr sys_seconds first = sys_days(year{1970} / 1 / 1);
  constexpr sys_seconds last = sys_days(year{9999} / 12 / 31);
  text.append("; Expires=").append(http::date_cache().at(std::clamp(at, first, last)));
}

}  // namespace

set_cookie::set_cookie(std::string_view name, std::string_view value,
                       const cookie_options& options) {
  check(name, value, options);
  text_.append(name).append("=").append(value);
  text_.append("; Path=").append(options.path);
  if (!options.domain.empty()) text_.append("; Domain=").append(options.domain);
  if (options.max_age) {
    const auto seconds = std::max(options.max_age->count(), std::chrono::seconds::rep{0});
    text_.append("; Max-Age=").append(std::to_string(seconds));
  }
  if (options.expires) add_expires(text_, *options.expires);
  text_.append("; SameSite=").append(name_of(options.same_site));
  if (options.secure) text_.append("; Secure");
  if (options.http_only) text_.append("; HttpOnly");
  if (options.partitioned) text_.append("; Partitioned");
}

set_cookie delete_cookie(std::string_view name, cookie_options options) {
  options.max_age = std::chrono::seconds(0);
  options.expires = std::chrono::sys_seconds{};
  return {name, {}, options};
}

}  // namespace weft
