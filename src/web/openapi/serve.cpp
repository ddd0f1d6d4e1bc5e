#include "web/dispatcher.hpp"
#include "web/openapi/docs_page.hpp"
#include "web/openapi/document.hpp"
#include "web/openapi/served_documents.hpp"
#include "web/route_table.hpp"

#include <weft/web/app.hpp>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

// In a file of its own, so that a program that serves no document is linked without the page.
namespace weft {
namespace {

/// From one path to another, so that a proxy may put both below a prefix.
std::string relative(std::string_view from, std::string_view to) {
  std::string out;
  for (auto up = std::count(from.begin(), from.end(), '/'); up > 1; --up) out += "../";
  return out.append(to.substr(std::min<std::size_t>(1, to.size())));
}

// Of a URL up to its path: "https://api.example.com:8443".
std::string_view origin_of(std::string_view url) {
  const auto authority = url.find("//");
  if (authority == std::string_view::npos) return {};
  return url.substr(0, url.find_first_of("/{?#", authority + 2));
}

/// 128 bits that nobody can foresee.
std::string fresh_nonce() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device device;
  std::string out;
  for (int word = 0; word < 4; ++word)
    for (unsigned bits = device(), left = 8; left != 0; --left, bits >>= 4)
      out += digits[bits & 15];
  return out;
}

/// The page runs nothing but its own script, and talks to the API alone.
std::string policy_of(const std::string& nonce, const api_description& about) {
  std::string policy = "default-src 'none'; style-src 'nonce-" + nonce + "'; script-src 'nonce-" +
                       nonce + "'; connect-src 'self'";
  for (const auto& server : about.servers) {
    const auto origin = origin_of(server);
    if (origin.find_first_of("; ,") == std::string_view::npos && !origin.empty())
      policy.append(1, ' ').append(origin);
  }
  return policy + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

struct mark {
  std::string_view name;
  std::string_view value;
};

/// The page with what its marks stand for, at each place where one is.
void append_page(byte_buffer& out, std::initializer_list<mark> marks) {
  auto rest = detail::docs_page();
  for (auto at = rest.find('@'); at != rest.npos; at = rest.find('@')) {
    out.append(rest.substr(0, at));
    rest.remove_prefix(at);
    const auto* const known =
        std::ranges::find_if(marks, [rest](const mark& one) { return rest.starts_with(one.name); });
    out.append(known != marks.end() ? known->value : "@");
    rest.remove_prefix(known != marks.end() ? known->name.size() : 1);
  }
  out.append(rest);
}

void write_page(response& res, const api_description& about, const openapi_places& at) {
  const auto nonce = fresh_nonce();
  res.set_content_type("text/html; charset=utf-8");
  res.set_header("Content-Security-Policy", policy_of(nonce, about));
  res.set_header("X-Content-Type-Options", "nosniff");
  res.set_header("Referrer-Policy", "no-referrer");
  res.set_header("Cache-Control", "no-store");  // a nonce serves once
  const auto document = relative(at.page, at.document);
  append_page(res.body(), {{"@NONCE@", nonce}, {"@DOCUMENT@", document}, {"@PATH@", at.document}});
}

bool is_plain_path(std::string_view path) {
  constexpr std::string_view others = "/-._~";
  const auto is_good = [=](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != others.npos;
  };
  return path.starts_with('/') && std::ranges::all_of(path, is_good);
}

void require_plain_path(const std::string& path) {
  if (!is_plain_path(path))
    throw std::invalid_argument("weft: serve_openapi: \"" + path + "\" is no path like /docs");
}

}  // namespace

route_group& app::serve_openapi(const openapi_places& at, location where) {
  require_plain_path(at.document);
  if (!at.page.empty()) require_plain_path(at.page);
  auto inner = std::make_shared<detail::group_content>();
  inner->where = where;
  auto& routes = content().add_group(std::move(inner));
  routes.docs({.hidden = true});
  auto* const parts = dispatcher_.get();
  parts->serves_documents = true;
  routes.get(
      at.document,
      [parts](context& ctx) {
        const auto& all = parts->linked();
        const auto reached = detail::reached_by(ctx.request().host(), all.in_order());
        const auto text = all.documents().of(reached, parts->about());
        ctx.response().set_content_type("application/json");
        ctx.response().set_header("Cache-Control", "no-cache");
        ctx.response().body().append(*text);
      },
      where);
  if (at.page.empty()) return routes;
  routes.get(
      at.page, [parts, at](context& ctx) { write_page(ctx.response(), parts->about(), at); },
      where);
  return routes;
}

}  // namespace weft
