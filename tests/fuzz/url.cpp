// Request targets, authorities, percent-escapes and queries.
//
// Oracles: a target or an authority is accepted exactly where Boost.URL accepts it as one of http,
// and has the same parts; a list of hosts allows an authority exactly where Boost.URL sees one of
// them in it; escapes and queries decode as there; a URL that the client would request is one that
// the server accepts; a local target leads to no other host.

#include "http/authority.hpp"
#include "http/host_list.hpp"
#include "support/message_reader.hpp"
#include "support/target.hpp"
#include "web/percent.hpp"
#include "web/query_pairs.hpp"

#include <weft/http/request_target.hpp>

#include <boost/beast/websocket/detail/utf8_checker.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/url_view.hpp>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weft::fuzz {

const std::vector<std::string_view> plants = {"lose_query",  "accept_target", "accept_authority",
                                              "keep_escape", "keep_plus",     "lose_pair",
                                              "lose_port",   "accept_local",  "allow_host"};

namespace {

namespace urls = boost::urls;

std::string copy_of(std::string_view view) { return std::string(view); }

bool is_utf8(std::string_view text) {
  return boost::beast::websocket::detail::check_utf8(text.data(), text.size());
}

// ------------------------------------------------------------------ targets and authorities

std::optional<message> read_get(std::string_view target, std::string_view host) {
  std::string bytes("GET ");
  bytes.append(target).append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n\r\n");
  const std::array whole = {std::string_view(bytes)};
  auto messages = read_requests(whole, {});
  if (messages.size() != 1 || messages.front().how != message::outcome::complete)
    return std::nullopt;
  return messages.front();
}

/// An authority of RFC 9110 7.2 in Boost.URL's eyes: with a host, without userinfo, with a port of
/// five digits and 65535 at most.
///
/// Deliberately otherwise: the zone of an IPv6 address ("[fe80::1%25eth0]") is no part of RFC 3986,
/// and of a request least of all: it means something on the machine that sent it only (RFC 6874 4).
template <class Url>
bool has_http_authority(const Url& url) {
  if (url.has_userinfo() || url.encoded_host().empty()) return false;
  const auto host = copy_of(url.encoded_host());
  if (host.front() == '[' && host.find('%') != std::string::npos) return false;
  if (!url.has_port() || url.port().empty()) return true;
  const auto digits = copy_of(url.port());
  return digits.size() <= 5 && std::stoul(digits) <= 65535;
}

/// RFC 5234 2.3: the "v" of an address of the future is a "V" as well. Boost.URL wants it small.
bool has_large_v(std::string_view text) { return text.find("[V") != std::string_view::npos; }

struct target_parts {
  std::string host;
  std::string path;
  std::string query;
};

/// What Boost.URL takes for the target of a GET. @return nullopt where it is none
std::optional<target_parts> second_opinion(std::string_view text) {
  if (text.starts_with('/')) {
    const auto url = urls::parse_origin_form(text);
    if (!url) return std::nullopt;
    return target_parts{"h", copy_of(url->encoded_path()), copy_of(url->encoded_query())};
  }
  const auto url = urls::parse_absolute_uri(text);
  const bool is_http =
      url && (url->scheme_id() == urls::scheme::http || url->scheme_id() == urls::scheme::https);
  if (!is_http || !url->has_authority() || !has_http_authority(*url)) return std::nullopt;
  auto path = copy_of(url->encoded_path());
  if (path.empty()) path = "/";  // RFC 9110 4.2.3
  return target_parts{copy_of(url->encoded_host_and_port()), path, copy_of(url->encoded_query())};
}

void check_target(std::string_view text) {
  if (has_large_v(text)) return;
  const auto theirs = second_opinion(text);
  auto ours = read_get(text, "h");
  if (is_planted("accept_target") && !ours) ours.emplace();
  expect(ours.has_value() == theirs.has_value(),
         ours ? "Boost.URL refuses a target" : "Boost.URL accepts a target");
  if (!ours) return;
  if (is_planted("lose_query")) ours->query.clear();
  expect_same(ours->path, theirs->path, "Boost.URL sees another path");
  expect_same(ours->query, theirs->query, "Boost.URL sees another query");
  expect_same(ours->host, theirs->host, "Boost.URL sees another host");
}

void check_authority(std::string_view text) {
  if (has_large_v(text)) return;
  const auto theirs = urls::parse_authority(text);
  const bool ours = detail::is_authority(text) || is_planted("accept_authority");
  expect(ours == (theirs && has_http_authority(*theirs)),
         "Boost.URL judges an authority otherwise");
}

/// Of an authority that is one, in lower case and without the dot of the root.
std::string host_in(std::string_view authority) {
  auto host = copy_of(urls::parse_authority(authority)->encoded_host());
  for (char& c : host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  if (host.ends_with('.')) host.pop_back();
  return host;
}

void check_host_list(std::string_view text) {
  static const http::host_list some({"a.example", "*.b.example"});
  if (has_large_v(text) || !detail::is_authority(text)) return;
  const auto host = host_in(text);
  constexpr std::string_view domain = ".b.example";
  const bool is_one =
      host == "a.example" || (host.size() > domain.size() && host.ends_with(domain));
  expect((some.allows(text) || is_planted("allow_host")) == is_one,
         "a list of hosts judges an authority otherwise");
  const bool can_be_listed =
      !host.empty() && !host.ends_with('.') && host.find('*') == std::string::npos;
  if (can_be_listed)
    expect(http::host_list({host}).allows(text), "a list of one host does not allow it");
}

// ------------------------------------------------------------------ escapes and queries

/// @return nullopt for a broken escape, or what is no UTF-8
std::optional<std::string> decoded_by_boost(std::string_view text, bool plus_is_blank) {
  const auto checked = urls::make_pct_string_view(text);
  if (!checked) return std::nullopt;
  urls::encoding_opts options;
  options.space_as_plus = plus_is_blank;
  std::string decoded = checked->decode(options);
  return is_utf8(decoded) ? std::optional(std::move(decoded)) : std::nullopt;
}

void check_escapes(std::string_view text) {
  for (const bool plus_is_blank : {false, true}) {
    using enum detail::plus_sign;
    auto ours = detail::percent_decode(text, plus_is_blank ? is_blank : literal);
    if (is_planted("keep_escape") && ours) ours = text;
    if (is_planted("keep_plus") && ours && plus_is_blank)
      ours = detail::percent_decode(text, literal);
    const auto theirs = decoded_by_boost(text, plus_is_blank);
    expect(ours.has_value() == theirs.has_value(), "Boost.URL judges escapes otherwise");
    if (ours) expect_same(*ours, *theirs, "Boost.URL decodes escapes otherwise");
  }
}

using pairs = std::vector<std::pair<std::string, std::string>>;

std::optional<pairs> read_pairs(std::string_view text) {
  pairs all;
  detail::query_pairs query(text);
  while (query.next()) all.emplace_back(query.name(), query.value());
  if (query.is_malformed()) return std::nullopt;
  if (is_planted("lose_pair") && !all.empty()) all.pop_back();
  return all;
}

/// Only for what RFC 3986 allows in a query: weft is more lenient there, as browsers are.
void check_query(std::string_view text) {
  const auto ours = read_pairs(text);
  if (text.empty()) return expect(ours && ours->empty(), "there is a pair in an empty query");
  const auto theirs = urls::parse_query(text);  // 1.83 reads behind an empty text
  if (!theirs) return;
  pairs expected;
  for (const auto& pair : *theirs) {
    if (pair.key.empty() && !pair.has_value) continue;
    const auto name = decoded_by_boost({pair.key.data(), pair.key.size()}, true);
    const auto value = decoded_by_boost({pair.value.data(), pair.value.size()}, true);
    if (!name || !value) return expect(!ours, "a query that is no UTF-8 is decoded");
    expected.emplace_back(*name, *value);
  }
  expect(ours.has_value(), "Boost.URL decodes a query");
  expect(*ours == expected, "Boost.URL decodes a query otherwise");
}

// ------------------------------------------------------------------ the client's URLs

void check_client_url(std::string_view text) {
  auto read = http::read_target(text);
  if (!read) return;
  if (is_planted("lose_port")) read->port = 80;
  const auto request = read_get(read->target, read->authority);
  expect(request.has_value(), "the server refuses what the client would send");
  expect_same(request->host, read->authority, "the server sees another host");
  const auto again = http::read_target("http://" + read->authority + read->target);
  expect(again.has_value(), "a URL is refused that was made of a URL's parts");
  expect_same(again->host, read->host, "a URL's parts make one with another host");
  expect_same(again->target, read->target, "a URL's parts make one with another target");
  expect(again->port == read->port, "a URL's parts make one with another port");
}

void check_location(std::string_view text) {
  constexpr std::string_view base = "http://a.example/one/two?three";
  const auto to = http::resolve_location(base, text);
  const bool is_local = detail::is_local_target(text) || is_planted("accept_local");
  expect(!is_local || (to && http::is_same_origin(base, *to)),
         "a local target leads to another host");
  if (!to) return;
  expect(http::is_same_origin(*to, *to), "a location has another origin than itself");
  // What the client would not follow does not matter: "x:././y" loses a dot each time in 1.83.
  if (!http::read_target(*to)) return;
  const auto again = http::resolve_location(base, *to);
  expect(again.has_value(), "a resolved location is none");
  expect_same(*again, *to, "a resolved location resolves to another");
}

}  // namespace

void try_input(std::string_view bytes) {
  check_target(bytes);
  check_authority(bytes);
  check_host_list(bytes);
  check_escapes(bytes);
  check_query(bytes);
  check_client_url(bytes);
  check_location(bytes);
}

}  // namespace weft::fuzz
