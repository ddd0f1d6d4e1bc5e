#include <weft/web/reply.hpp>

#include "web/failure.hpp"
#include "web/percent.hpp"

#include <weft/web/json/write.hpp>

#include <stdexcept>

namespace weft {
namespace detail {

void write_text(context& ctx, std::string_view text) {
  auto& res = ctx.response();
  res.set_content_type("text/plain; charset=utf-8");
  res.body().append(text);
}

void write_json_value(context& ctx, const void* value, const json_type& type, json_style style) {
  auto& res = ctx.response();
  res.set_content_type("application/json");
  write_json(res.body(), value, type, style);
}

void write_location(context& ctx, http_status status, std::string_view location) {
  auto& res = ctx.response();
  res.set_status(status);
  res.set_header("Location", location);
}

void write_error(context& ctx, std::error_code error) {
  const auto answer = problem_of(error);
  if (error.category() != make_error_code(answer.status).category()) {
    log_failure(ctx, error.category().name() + std::string(": ") + error.message());
  }
  write_problem(answer, ctx.response(), id_of(ctx));
}

void write_nothing_found(context& ctx) {
  write_problem({http_status::not_found, "There is no such resource.", {}}, ctx.response(),
                id_of(ctx));
}

}  // namespace detail

redirect::redirect(std::string target, http_status status)
    : target_(std::move(target)), status_(status) {
  if (!is_local(target_)) throw std::invalid_argument("redirect: the target is not a local path");
}

bool redirect::is_local(std::string_view target) { return detail::is_local_target(target); }

}  // namespace weft
