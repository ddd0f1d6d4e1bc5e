#include <weft/web/middleware/request_ids.hpp>

#include "web/middleware/random_id.hpp"

#include <weft/web/context.hpp>

#include <algorithm>
#include <string_view>

namespace weft {
namespace {

constexpr std::size_t longest_id = 128;
constexpr std::size_t digits = 32;

constexpr bool is_id_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~+/=:").find(c) != std::string_view::npos;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= longest_id && std::ranges::all_of(text, is_id_character);
}

class request_id_layer {
public:
  explicit request_id_layer(request_id_options options) : options_(std::move(options)) {
    response().set_header(options_.header, "");  // throws where it is no field name
  }

  task<response> operator()(const request& req, next inner) const {
    // A middleware that calls next() again asks for the same request.
    auto* id = inner.context().find_local<request_id>();
    if (id == nullptr) id = &inner.context().put_local(id_of(req));
    auto res = co_await inner(req);
    res.set_header(options_.header, id->text());
    co_return res;
  }

private:
  request_id id_of(const request& req) const {
    if (options_.takes_over) {
      const auto sent = req.header(options_.header);
      if (sent && is_id(*sent)) return request_id(std::string(*sent));
    }
    return request_id(detail::random_id(digits));
  }

  request_id_options options_;
};

}  // namespace

middleware request_ids(request_id_options options) { return request_id_layer(std::move(options)); }

}  // namespace weft
