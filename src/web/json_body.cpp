#include "web/media_type.hpp"

#include <weft/web/json.hpp>
#include <weft/web/json/parse.hpp>
#include <weft/web/json/patch.hpp>

#include <string>
#include <string_view>

namespace weft::detail {
namespace {

constexpr std::string_view json_suffix = "+json";

bool is_json_type(std::string_view content_type) {
  const auto essence = essence_of(content_type);
  if (equal_ignoring_case(essence, "application/json")) return true;
  return essence.size() > json_suffix.size() &&
         equal_ignoring_case(essence.substr(essence.size() - json_suffix.size()), json_suffix);
}

bool require_json_type(context& ctx) {
  const auto content_type = ctx.request().header("Content-Type");
  if (!content_type || is_json_type(*content_type)) return true;
  ctx.reject(http_status::unsupported_media_type,
             std::string("The body must be JSON: application/json."));
  return false;
}

void reject_outcome(context& ctx, json_outcome&& outcome) {
  if (outcome.is_syntax_error()) {
    ctx.reject(http_status::bad_request, "The body is not JSON: " + std::string(outcome.message()) +
                                             " at byte " + std::to_string(outcome.offset()) + ".");
    return;
  }
  for (auto& issue : std::move(outcome).issues()) {
    ctx.reject(http_status::unprocessable_content,
               {field_error::place::body, std::move(issue.pointer), std::move(issue.message)});
  }
}

}  // namespace

bool read_json_body(context& ctx, const json_type& type, void* out) {
  if (!require_json_type(ctx)) return false;
  auto outcome = parse_json(ctx.request().body(), out, type, {});
  if (outcome) return true;
  reject_outcome(ctx, std::move(outcome));
  return false;
}

bool read_patch_body(context& ctx, const json_type& type, void* out, std::string& text,
                     std::vector<std::size_t>& given) {
  if (!require_json_type(ctx)) return false;
  text = ctx.request().body();
  auto outcome = parse_patch(text, out, type, {}, given);
  if (outcome) return true;
  reject_outcome(ctx, std::move(outcome));
  return false;
}

}  // namespace weft::detail
