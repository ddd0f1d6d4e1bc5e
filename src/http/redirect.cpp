#include <weft/http/redirect.hpp>

#include <weft/http/request_target.hpp>

#include <utility>

namespace weft::http {

namespace {

bool becomes_get(http_method method, http_status status) noexcept {
  switch (status) {
    case http_status::see_other: return method != http_method::get && method != http_method::head;
    case http_status::moved_permanently:
    case http_status::found: return method == http_method::post;
    default: return false;
  }
}

}  // namespace

bool is_redirect(http_status status) noexcept {
  switch (status) {
    case http_status::moved_permanently:
    case http_status::found:
    case http_status::see_other:
    case http_status::temporary_redirect:
    case http_status::permanent_redirect: return true;
    default: return false;
  }
}

bool follow_redirect(client_request& request, http_status status, std::string to) {
  if (is_downgrade(request.url(), to)) return false;
  if (becomes_get(request.method(), status)) request.become_get();
  else if (request.streamed_body() != nullptr) return false;
  if (!is_same_origin(request.url(), to))
    for (const auto* secret : {"Authorization", "Cookie", "Proxy-Authorization"})
      request.remove_header(secret);
  request.set_url(std::move(to));
  return true;
}

}  // namespace weft::http
