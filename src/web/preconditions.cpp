#include <weft/web/preconditions.hpp>

#include "web/ascii.hpp"
#include "web/entity_tag_list.hpp"

#include <weft/http/date.hpp>
#include <weft/web/problem.hpp>

#include <string_view>

namespace weft {
namespace {

constexpr const char* changed = "The resource is not in the state that the request is for.";

bool is_read(const request& req) noexcept {
  return req.method() == http_method::get || req.method() == http_method::head;
}

/// All fields of that name as one list. @return nullopt where there is none
std::optional<std::string> list_of(const request& req, std::string_view name) {
  std::optional<std::string> list;
  for (const auto& field : req.headers()) {
    if (!detail::equal_ignoring_case(field.name, name)) continue;
    if (list) list->append(", ").append(field.value);
    else list.emplace(field.value);
  }
  return list;
}

/// @return nullopt also for what is no date, and for several
std::optional<std::chrono::sys_seconds> date_of(const request& req, std::string_view name) {
  const auto field = list_of(req, name);
  return field ? http::parse_date(*field) : std::nullopt;
}

enum class match { none, found, malformed };

match look_for(const validators& current, std::string_view list,
               bool (entity_tag::*equal)(const entity_tag&) const noexcept) {
  if (detail::trim_blanks(list) == "*") return current.exists() ? match::found : match::none;
  match seen = match::none;
  detail::entity_tag_list tags(list);
  while (const auto tag = tags.next()) {
    if (current.tag() && ((*current.tag()).*equal)(*tag)) seen = match::found;
  }
  return tags.is_malformed() ? match::malformed : seen;
}

// What describes the representation that a 304 does not carry (RFC 9110 15.4.5).
constexpr std::string_view of_the_content[] = {"Content-Type",  "Content-Encoding",
                                               "Content-Range", "Content-Language",
                                               "Accept-Ranges", "Content-Disposition"};

void make_not_modified(response& res) {
  res.set_status(http_status::not_modified);
  res.body().clear();
  res.set_producer(nullptr);
  for (const auto name : of_the_content) res.remove_header(name);
  if (res.header("ETag")) res.remove_header("Last-Modified");
}

}  // namespace

preconditions::preconditions(const request& req)
    : if_match_(list_of(req, "If-Match")),
      if_none_match_(list_of(req, "If-None-Match")),
      if_range_(list_of(req, "If-Range")),
      if_modified_since_(date_of(req, "If-Modified-Since")),
      if_unmodified_since_(date_of(req, "If-Unmodified-Since")),
      is_read_(is_read(req)) {}

bool preconditions::given() const noexcept {
  return if_match_ || if_none_match_ || if_modified_since_ || if_unmodified_since_;
}

precondition preconditions::evaluate(const validators& current) const {
  if (if_match_) {
    if (look_for(current, *if_match_, &entity_tag::is_same_as) != match::found)
      return precondition::failed;
  } else if (if_unmodified_since_ && current.modified() &&
             *current.modified() > *if_unmodified_since_) {
    return precondition::failed;
  }
  if (if_none_match_) {
    const match seen = look_for(current, *if_none_match_, &entity_tag::is_like);
    if (is_read_) return seen == match::found ? precondition::not_modified : precondition::holds;
    return seen == match::none ? precondition::holds : precondition::failed;
  }
  const bool is_old = is_read_ && if_modified_since_ && current.modified() &&
                      *current.modified() <= *if_modified_since_;
  return is_old ? precondition::not_modified : precondition::holds;
}

void preconditions::require(const validators& current) const {
  if (evaluate(current) == precondition::failed)
    throw http_error(http_status::precondition_failed, changed);
}

bool preconditions::range_applies(const validators& current) const {
  if (!if_range_) return true;
  if (current.tag()) {
    const auto tag = entity_tag::parse(*if_range_);
    return tag && current.tag()->is_same_as(*tag);
  }
  const auto date = http::parse_date(*if_range_);
  return date && current.modified() == date;
}

void detail::heed_preconditions(const request& req, const validators& current, response& res) {
  if (!is_read(req)) return;
  switch (preconditions(req).evaluate(current)) {
    case precondition::holds: break;
    case precondition::not_modified: make_not_modified(res); break;
    case precondition::failed:
      write_problem({http_status::precondition_failed, changed, {}}, res);
      break;
  }
}

void detail::write_validators(context& ctx, const validators& current) {
  auto& res = ctx.response();
  if (static_cast<unsigned>(res.status()) / 100 != 2) return;
  if (current.tag()) res.set_header("ETag", current.tag()->text());
  if (current.modified()) res.set_header("Last-Modified", http::date_text(*current.modified()));
  heed_preconditions(ctx.request(), current, res);
}

}  // namespace weft
