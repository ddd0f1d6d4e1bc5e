#include "set_cookie_reader.hpp"

#include "ascii.hpp"
#include "cookie_date.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <utility>

namespace weft::testing {
namespace {

constexpr std::size_t most_cookie_bytes = 4096;
constexpr std::size_t most_attribute_bytes = 1024;
constexpr auto longest_age = std::chrono::hours{24} * 400;

bool has_control_bytes(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

bool is_address(std::string_view host) noexcept {
  return host.find(':') != host.npos ||
         std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; });
}

std::string default_path(std::string_view path) {
  const auto last = path.rfind('/');
  if (!path.starts_with('/') || last == 0) return "/";
  return std::string(path.substr(0, last));
}

std::pair<std::string_view, std::string_view> split_pair(std::string_view text) noexcept {
  const auto equals = text.find('=');
  if (equals == text.npos) return {trimmed(text), {}};
  return {trimmed(text.substr(0, equals)), trimmed(text.substr(equals + 1))};
}

/// The clock's range is smaller than that of dates: what is over, or far off, is as good as any.
cookie_jar::time_point on_the_clock(std::chrono::sys_seconds date, cookie_jar::time_point now) {
  const auto latest = std::chrono::ceil<std::chrono::seconds>(now + longest_age);
  return date <= std::chrono::sys_seconds{} ? cookie_jar::time_point::min()
                                            : std::min(date, latest);
}

/// What the attributes say, each the last of its kind.
struct attributes {
  std::string domain;
  std::string_view path;
  bool has_root_path = false;  // said, not by default
  bool secure = false;
  bool http_only = false;
  std::optional<weft::same_site> same_site;
  std::optional<cookie_jar::time_point> by_age;
  std::optional<cookie_jar::time_point> by_date;

  void take(std::string_view name, std::string_view value, cookie_jar::time_point now);
  void take_age(std::string_view value, cookie_jar::time_point now);
  void take_same_site(std::string_view value);
};

void attributes::take(std::string_view name, std::string_view value, cookie_jar::time_point now) {
  if (equals_any_case(name, "Expires")) {
    if (const auto date = read_cookie_date(value)) by_date = on_the_clock(*date, now);
  } else if (equals_any_case(name, "Max-Age")) {
    take_age(value, now);
  } else if (equals_any_case(name, "Domain")) {
    if (value.starts_with('.')) value.remove_prefix(1);
    domain = lower_case(value);
  } else if (equals_any_case(name, "Path")) {
    path = value.starts_with('/') ? value : std::string_view();
    has_root_path = path == "/";
  } else if (equals_any_case(name, "Secure")) {
    secure = true;
  } else if (equals_any_case(name, "HttpOnly")) {
    http_only = true;
  } else if (equals_any_case(name, "SameSite")) {
    take_same_site(value);
  }
}

void attributes::take_age(std::string_view value, cookie_jar::time_point now) {
  const bool is_negative = value.starts_with('-');
  const std::string_view digits = value.substr(is_negative ? 1 : 0);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return;
  std::chrono::seconds::rep seconds = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  const bool is_long = read.ec != std::errc() || std::chrono::seconds{seconds} > longest_age;
  if (is_negative || (!is_long && seconds == 0)) by_age = cookie_jar::time_point::min();
  else by_age = now + (is_long ? std::chrono::seconds{longest_age} : std::chrono::seconds{seconds});
}

void attributes::take_same_site(std::string_view value) {
  if (equals_any_case(value, "None")) same_site = weft::same_site::none;
  else if (equals_any_case(value, "Strict")) same_site = weft::same_site::strict;
  else if (equals_any_case(value, "Lax")) same_site = weft::same_site::lax;
  else same_site.reset();
}

/// What a name promises by how it begins. Case does not count: browsers see to it that no server
/// which ignores case can be fooled.
std::string_view broken_promise(std::string_view name, const kept_cookie& cookie,
                                bool has_root_path) {
  const bool is_host = cookie.secure && cookie.host_only && has_root_path;
  const bool is_http = cookie.secure && cookie.http_only;
  const bool is_kept = starts_any_case(name, "__Host-Http-") ? is_host && is_http
                       : starts_any_case(name, "__Host-")    ? is_host
                       : starts_any_case(name, "__Http-")    ? is_http
                       : starts_any_case(name, "__Secure-")  ? cookie.secure
                                                             : true;
  return is_kept ? "" : "it does not keep the promise of its prefix";
}

std::string_view take_domain(const attributes& said, const cookie_place& from, kept_cookie& into) {
  into.domain = from.host;
  into.host_only = true;
  if (said.domain.empty()) return "";
  if (said.domain.find('.') == std::string::npos && said.domain != from.host) {
    return "the domain is that of many sites";
  }
  if (!matches_domain(from.host, said.domain)) return "the domain is not that of the host";
  into.domain = said.domain;
  // A name without a dot stands for this host alone.
  into.host_only = said.domain.find('.') == std::string::npos || is_address(from.host);
  return "";
}

}  // namespace

bool matches_domain(std::string_view host, std::string_view domain) noexcept {
  if (host == domain) return true;
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.' && !is_address(host);
}

bool matches_path(std::string_view path, std::string_view cookie_path) noexcept {
  if (!path.starts_with(cookie_path)) return false;
  return path.size() == cookie_path.size() || cookie_path.ends_with('/') ||
         path[cookie_path.size()] == '/';
}

std::string_view read_set_cookie(std::string_view field, const cookie_place& from,
                                 cookie_jar::time_point now, kept_cookie& into) {
  if (has_control_bytes(field)) return "it has control bytes";
  auto [first, rest] = std::pair(field.substr(0, field.find(';')), field);
  rest.remove_prefix(first.size());
  const bool has_name = first.find('=') != first.npos;
  const auto [name, value] = split_pair(first);
  into.name = has_name ? name : std::string_view();
  into.value = has_name ? value : name;
  if (into.name.empty() && into.value.empty()) return "it has no name and no value";
  if (into.name.size() + into.value.size() > most_cookie_bytes) {
    return "name and value have more than 4096 bytes";
  }

  attributes said;
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the semicolon
    const auto attribute = rest.substr(0, rest.find(';'));
    rest.remove_prefix(attribute.size());
    const auto [key, text] = split_pair(attribute);
    if (text.size() <= most_attribute_bytes) said.take(key, text, now);
  }
  if (const auto wrong = take_domain(said, from, into); !wrong.empty()) return wrong;
  into.path = said.path.empty() ? default_path(from.path) : std::string(said.path);
  into.secure = said.secure;
  into.http_only = said.http_only;
  into.same_site = said.same_site;
  into.expires = said.by_age ? said.by_age : said.by_date;
  if (into.expires) into.expires = std::min(*into.expires, now + longest_age);
  if (into.secure && !from.is_secure) return "it is Secure, and the answer did not come so";
  if (into.same_site == weft::same_site::none && !into.secure) return "SameSite=None needs Secure";
  // Without a name it goes out as its value alone, which a server would read as a name.
  const std::string_view seen_as_name = into.name.empty() ? into.value : into.name;
  if (into.name.empty() &&
      (starts_any_case(seen_as_name, "__Host-") || starts_any_case(seen_as_name, "__Secure-") ||
       starts_any_case(seen_as_name, "__Http-"))) {
    return "it has no name, and a value that begins with a prefix of names";
  }
  return broken_promise(into.name, into, said.has_root_path);
}

}  // namespace weft::testing
