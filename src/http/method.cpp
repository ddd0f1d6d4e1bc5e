#include <weft/http/method.hpp>

namespace weft {

std::string_view to_string(http_method method) noexcept {
  switch (method) {
    case http_method::get: return "GET";
    case http_method::head: return "HEAD";
    case http_method::post: return "POST";
    case http_method::put: return "PUT";
    case http_method::delete_: return "DELETE";
    case http_method::patch: return "PATCH";
    case http_method::options: return "OPTIONS";
    case http_method::connect: return "CONNECT";
    case http_method::trace: return "TRACE";
    case http_method::other: break;
  }
  return {};
}

http_method parse_method(std::string_view name) noexcept {
  const auto only = [name](http_method method) {
    return name == to_string(method) ? method : http_method::other;
  };
  if (name.empty()) return http_method::other;
  switch (name.front()) {
    case 'G': return only(http_method::get);
    case 'H': return only(http_method::head);
    case 'D': return only(http_method::delete_);
    case 'O': return only(http_method::options);
    case 'C': return only(http_method::connect);
    case 'T': return only(http_method::trace);
    case 'P': break;
    default: return http_method::other;
  }
  switch (name.size()) {
    case 3: return only(http_method::put);
    case 4: return only(http_method::post);
    default: return only(http_method::patch);
  }
}

}  // namespace weft
