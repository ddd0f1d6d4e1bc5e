// Cookies: what a request brings, and what an answer sets.
//
// Oracles: a Cookie field read by the grammar, char by char, has the same cookies, and in two
// fields what it has in one; find_cookie() gives the first of a name; a cookie is made exactly
// where its parts keep the rules, and a browser's reader (RFC 6265 5.2) finds in it what was set,
// nothing else.

#include "support/choices.hpp"
#include "support/target.hpp"
#include "web/cookie_pairs.hpp"

#include <weft/http/request.hpp>
#include <weft/http/response.hpp>
#include <weft/web/cookie.hpp>
#include <weft/web/set_cookie.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace weft::fuzz {

const std::vector<std::string_view> plants = {"lose_cookie",   "keep_quotes",   "join_fields",
                                              "find_the_last", "lose_httponly", "change_value",
                                              "accept_value",  "accept_prefix"};

namespace {

// ------------------------------------------------------------------ the request

using cookies = std::vector<std::pair<std::string, std::string>>;

std::string describe(const cookies& all) {
  std::string text;
  for (const auto& [name, value] : all) text.append(name).append("=").append(value).append("\n");
  return text;
}

cookies read(std::span<const header_field> fields) {
  cookies all;
  detail::cookie_pairs pairs(fields);
  while (pairs.next()) all.emplace_back(pairs.name(), pairs.value());
  if (is_planted("lose_cookie") && !all.empty()) all.pop_back();
  return all;
}

bool is_token_char(char c) {
  constexpr std::string_view separators = "()<>@,;:\\\"/[]?={} \t";  // RFC 2616 2.2
  return c > 0x20 && c < 0x7F && separators.find(c) == std::string_view::npos;
}

bool is_octet(char c) {  // RFC 6265 4.1.1, as it is written there
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte <= 0x2B) || (byte >= 0x2D && byte <= 0x3A) ||
         (byte >= 0x3C && byte <= 0x5B) || (byte >= 0x5D && byte <= 0x7E);
}

std::optional<std::pair<std::string, std::string>> by_grammar(std::string text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.erase(0, 1);
  while (!text.empty() && is_blank(text.back())) text.pop_back();
  std::string name;
  std::size_t i = 0;
  for (; i < text.size() && is_token_char(text[i]); ++i) name += text[i];
  if (name.empty() || i == text.size() || text[i] != '=') return std::nullopt;
  std::string value = text.substr(i + 1);
  if (value.size() > 1 && value.front() == '"' && value.back() == '"' && !is_planted("keep_quotes"))
    value = value.substr(1, value.size() - 2);
  if (!std::ranges::all_of(value, is_octet) && !is_planted("keep_quotes")) return std::nullopt;
  return std::pair(name, value);
}

/// @return nullopt where there are too many
std::optional<cookies> second_opinion(std::string_view field) {
  cookies all;
  std::size_t seen = 0;
  std::string pair;
  for (const char c : std::string(field) + ';') {
    if (c != ';') {
      pair += c;
      continue;
    }
    if (pair.find_first_not_of(" \t") != std::string::npos && ++seen > max_cookies)
      return std::nullopt;
    if (auto cookie = by_grammar(std::exchange(pair, {}))) all.push_back(std::move(*cookie));
  }
  return all;
}

void check_request(std::string_view text, std::size_t place) {
  const std::array whole = {header_field{"Cookie", text}};
  const auto ours = read(whole);
  const auto theirs = second_opinion(text);
  if (theirs) expect_same(describe(ours), describe(*theirs), "the grammar reads other cookies");
  else expect(ours.size() <= max_cookies, "there are too many cookies");

  place = std::min(text.find(';', place % (text.size() + 1)), text.size());
  const auto rest = text.substr(std::min(place + 1, text.size()));
  const std::array fields = {header_field{"cookie", text.substr(0, place)},
                             header_field{"Other", "z=1"}, header_field{"COOKIE", rest}};
  auto cut = read(fields);
  if (is_planted("join_fields") && !rest.empty()) cut.emplace_back("z", "1");
  expect_same(describe(cut), describe(ours), "two fields have other cookies than one");

  request req;
  req.set_headers(whole);
  for (const auto& [name, value] : ours) {
    const auto found = find_cookie(req, name);
    const auto first = std::ranges::find(ours, name, &std::pair<std::string, std::string>::first);
    expect(found.has_value(), "a cookie is not found");
    expect_same(*found, is_planted("find_the_last") ? ours.back().second : first->second,
                "another cookie is found");
  }
}

// ------------------------------------------------------------------ the answer

struct plan {
  std::string name;
  std::string value;
  std::string path;
  std::string domain;
  cookie_options options;
};

plan choose(choices& from) {
  constexpr std::array prefixes = {"", "__Host-", "__SECURE-", "__Http-", "__host-http-"};
  plan p;
  p.options.secure = !from.flip();
  p.options.http_only = !from.flip();
  p.options.partitioned = from.flip();
  p.options.same_site = static_cast<same_site>(from.below(3));
  if (from.flip())
    p.options.max_age = std::chrono::seconds(from.below(65536)) - std::chrono::seconds(9);
  if (from.flip())
    p.options.expires = std::chrono::sys_seconds(std::chrono::hours(from.below(65536)));
  p.name = prefixes[from.below(prefixes.size())];
  const auto name = from.below(256);
  const auto value = from.below(256);
  const auto path = from.below(256);
  auto text = from.text();
  const auto take = [&text](std::size_t size) {
    const auto taken = text.substr(0, size);
    text.remove_prefix(taken.size());
    return std::string(taken);
  };
  p.name += take(name);
  p.value = take(value);
  p.path = path == 0 ? "/" : "/" + take(path);
  p.domain = text.substr(0, 300);
  return p;
}

bool is_good_domain(const std::string& domain) {
  if (domain.size() > 253) return false;
  std::string label;
  for (const char c : domain + '.') {
    if (c == '.') {
      if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-')
        return false;
      label.clear();
    } else {
      const bool fits = (c | 0x20) >= 'a' && (c | 0x20) <= 'z' && c > 0;
      if (!fits && !(c >= '0' && c <= '9') && c != '-') return false;
      label += c;
    }
  }
  return true;
}

bool is_good(const plan& p) {
  const auto in_path = [](char c) { return c >= 0x20 && c < 0x7F && c != ';'; };
  std::string lower = p.name;
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  const auto& o = p.options;
  const bool host = lower.starts_with("__host-");
  const bool http = lower.starts_with("__http-") || lower.starts_with("__host-http-");
  const bool needs_secure = host || http || lower.starts_with("__secure-") ||
                            o.same_site == same_site::none || o.partitioned;
  return !p.name.empty() && std::ranges::all_of(p.name, is_token_char) &&
         (std::ranges::all_of(p.value, is_octet) || is_planted("accept_value")) &&
         p.name.size() + p.value.size() <= 4096 && std::ranges::all_of(p.path, in_path) &&
         p.path.size() <= 1024 && p.path.back() != ' ' &&
         (p.domain.empty() || is_good_domain(p.domain)) && (o.secure || !needs_secure) &&
         (o.http_only || !http || is_planted("accept_prefix")) &&
         (!host || (p.path == "/" && p.domain.empty()));
}

struct kept_cookie {
  std::string name;
  std::string value;
  std::map<std::string, std::string> attributes;  // names in lower case
};

std::string trimmed(std::string text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.erase(0, 1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
  return text;
}

/// The algorithm of RFC 6265 5.2.
kept_cookie as_a_browser(const std::string& field) {
  kept_cookie kept;
  std::size_t begin = 0;
  for (bool first = true; begin <= field.size(); first = false) {
    const auto end = std::min(field.find(';', begin), field.size());
    const auto part = field.substr(begin, end - begin);
    const auto equals = std::min(part.find('='), part.size());
    auto name = trimmed(part.substr(0, equals));
    const auto value = trimmed(part.substr(std::min(equals + 1, part.size())));
    if (first) {
      kept.name = name;
      kept.value = value;
    } else {
      for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
      expect(kept.attributes.emplace(name, value).second, "an attribute stands twice");
    }
    begin = end + 1;
  }
  return kept;
}

void check_kept(const plan& p, kept_cookie kept) {
  if (is_planted("lose_httponly")) kept.attributes.erase("httponly");
  if (is_planted("change_value")) kept.value += 'x';
  expect_same(kept.name, p.name, "a browser keeps another name");
  expect_same(kept.value, p.value, "a browser keeps another value");
  const auto& o = p.options;
  auto& has = kept.attributes;
  constexpr std::array sites = {"Strict", "Lax", "None"};
  expect_same(has["samesite"], sites[static_cast<std::size_t>(o.same_site)], "another SameSite");
  expect_same(has["path"], p.path, "another path");
  expect(has.contains("secure") == o.secure, "Secure was turned");
  expect(has.contains("httponly") == o.http_only, "HttpOnly was turned");
  expect(has.contains("partitioned") == o.partitioned, "Partitioned was turned");
  expect(has.contains("domain") == !p.domain.empty(), "Domain was turned");
  if (!p.domain.empty()) expect_same(has["domain"], p.domain, "another domain");
  expect(has.contains("expires") == o.expires.has_value(), "Expires was turned");
  expect(has.contains("max-age") == o.max_age.has_value(), "Max-Age was turned");
  if (o.max_age) {
    const auto seconds = std::max<std::chrono::seconds::rep>(o.max_age->count(), 0);
    expect_same(has["max-age"], std::to_string(seconds), "another Max-Age");
  }
  std::size_t count = 2;
  for (const bool one : {o.secure, o.http_only, o.partitioned, !p.domain.empty(),
                         o.expires.has_value(), o.max_age.has_value()})
    count += one ? 1 : 0;
  expect(has.size() == count, "there is an attribute that nobody set");
}

void check_answer(plan p) {
  p.options.path = p.path;
  p.options.domain = p.domain;
  std::optional<set_cookie> made;
  try {
    made.emplace(p.name, p.value, p.options);
  } catch (const std::invalid_argument&) {}
  expect(made.has_value() == is_good(p),
         made ? "a bad cookie is made" : "a good cookie is refused");
  if (!made) return;
  response res;
  made->add_to(res);
  check_kept(p, as_a_browser(std::string(*res.header("Set-Cookie"))));
  const auto sent = p.name + "=" + p.value;
  const std::array fields = {header_field{"Cookie", sent}};
  cookies back;
  detail::cookie_pairs pairs(fields);
  while (pairs.next()) back.emplace_back(pairs.name(), pairs.value());
  expect_same(describe(back), sent + "\n", "a cookie that was set is not read back");
}

}  // namespace

void try_input(std::string_view bytes) {
  choices from(bytes);
  const auto place = from.below(65536);
  check_request(from.text(), place);
  check_answer(choose(from));
}

}  // namespace weft::fuzz
