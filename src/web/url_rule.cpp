#include "web/json/layout.hpp"

#include <weft/web/json/rules.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <string>

namespace weft::detail {
namespace {

bool is_web_url(const std::string& text) {
  const auto url = boost::urls::parse_uri(text);
  if (!url || url->host().empty()) return false;
  return url->scheme_id() == boost::urls::scheme::http ||
         url->scheme_id() == boost::urls::scheme::https;
}

}  // namespace

void json_members::url(json_place place) {
  check(place, json_predicate_of(&is_web_url), "must be an http or https URL");
  layout_.checks.back().keyword = {"format", "uri", true};
}

}  // namespace weft::detail
