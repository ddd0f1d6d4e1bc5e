#include <weft/web/middleware/etag.hpp>

#include "web/ascii.hpp"

#include <weft/http/date.hpp>
#include <weft/web/context.hpp>
#include <weft/web/entity_tag.hpp>
#include <weft/web/preconditions.hpp>
#include <weft/web/route.hpp>

#include <optional>
#include <string_view>

namespace weft {
namespace {

bool is_not_stored(const response& res) {
  const auto field = res.header("Cache-Control");
  auto rest = field.value_or("");
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    if (detail::equal_ignoring_case(detail::trim_blanks(rest.substr(0, comma)), "no-store"))
      return true;
    rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 1);
  }
  return false;
}

/// A handler for HEAD alone makes no body, and the tag is that of the body which GET gives.
bool has_body_of_get(const request& req, const context& ctx) {
  const bool is_get = ctx.route() != nullptr && ctx.route()->method() == http_method::get;
  return req.method() == http_method::get || is_get;
}

validators validators_of(const response& res) {
  return {entity_tag::parse(res.header("ETag").value_or("")),
          http::parse_date(res.header("Last-Modified").value_or(""))};
}

class etag_layer {
public:
  explicit etag_layer(etag_options options) : options_(options) {}

  task<response> operator()(const request& req, next inner) const {
    auto res = co_await inner(req);
    const bool is_read = req.method() == http_method::get || req.method() == http_method::head;
    if (!is_read || res.status() != http_status::ok) co_return res;
    if (!res.header("ETag") && has_body_of_get(req, inner.context())) add_tag(res);
    const auto current = validators_of(res);
    if (current.tag() || current.modified()) detail::heed_preconditions(req, current, res);
    co_return res;
  }

private:
  void add_tag(response& res) const {
    if (res.producer() != nullptr || is_not_stored(res)) return;
    const auto tag = entity_tag::of(res.body().view());
    res.set_header("ETag", options_.weak ? "W/" + tag.text() : tag.text());
  }

  etag_options options_;
};

}  // namespace

middleware etag(etag_options options) { return etag_layer(options); }

}  // namespace weft
