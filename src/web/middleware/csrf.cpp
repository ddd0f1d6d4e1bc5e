#include <weft/web/middleware/csrf.hpp>

#include "web/ascii.hpp"
#include "web/middleware/origin.hpp"

#include <weft/web/problem.hpp>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace weft {
namespace {

bool is_safe(http_method method) {
  return method == http_method::get || method == http_method::head ||
         method == http_method::options;
}

class csrf_layer {
public:
  explicit csrf_layer(csrf_options options) : trusted_(std::move(options.trusted_origins)) {
    for (const auto& origin : trusted_)
      if (!detail::is_origin(origin))
        throw std::invalid_argument("weft::csrf: '" + origin +
                                    "' is no origin as a browser writes it");
  }

  task<response> operator()(const request& req, next inner) const {
    if (!is_safe(req.method()) && !comes_from_here(req))
      throw http_error(http_status::forbidden, "A page of another site has asked for this.");
    return inner(req);
  }

private:
  bool comes_from_here(const request& req) const {
    const auto origin = req.header("Origin").value_or("");
    if (std::ranges::find(trusted_, origin) != trusted_.end()) return true;
    if (const auto site = req.header("Sec-Fetch-Site"))
      return *site == "same-origin" || *site == "none";
    // An older browser. Its page may have come by http, and the request by https.
    return origin.empty() || (!req.host().empty() && detail::equal_ignoring_case(
                                                         detail::authority_of(origin), req.host()));
  }

  std::vector<std::string> trusted_;
};

}  // namespace

middleware csrf(csrf_options options) { return csrf_layer(std::move(options)); }

}  // namespace weft
