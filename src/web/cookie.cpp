#include <weft/web/cookie.hpp>

#include "web/cookie_pairs.hpp"

namespace weft {

std::optional<std::string_view> find_cookie(const request& req, std::string_view name) noexcept {
  detail::cookie_pairs pairs(req.headers());
  while (pairs.next())
    if (pairs.name() == name) return pairs.value();
  return std::nullopt;
}

bool detail::read_cookie(context& ctx, std::string_view name, bool required, text_reader read,
                         void* out) {
  cookie_pairs pairs(ctx.request().headers());
  bool found = false;
  while (!found && pairs.next()) found = pairs.name() == name;
  std::string wrong;
  if (found) wrong = read(pairs.value(), out);
  else if (pairs.are_too_many())
    wrong = "is not among the first " + std::to_string(max_cookies) + " cookies";
  else if (required) wrong = "is required";
  if (wrong.empty()) return true;
  ctx.reject(http_status::bad_request,
             {field_error::place::cookie, std::string(name), std::move(wrong)});
  return false;
}

}  // namespace weft
