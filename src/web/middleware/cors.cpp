#include <weft/web/middleware/cors.hpp>

#include "web/middleware/origin.hpp"
#include "web/middleware/vary.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace weft {
namespace {

constexpr std::string_view any = "*";

[[noreturn]] void refuse(const std::string& what) {
  throw std::invalid_argument("weft::cors: " + what);
}

void require_origin(const std::string& text) {
  if (!detail::is_origin(text))
    refuse("'" + text + "' is no origin as a browser writes it: \"https://app.example.com\"");
}

/// @return the list as a field says it
std::string joined(const std::vector<std::string>& names) {
  response probe;
  std::string list;
  for (const auto& name : names) {
    if (name != any) probe.set_header(name, "");  // throws where it is no field name
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

std::string joined(const std::vector<http_method>& methods) {
  std::string list;
  for (const auto method : methods) {
    if (to_string(method).empty()) refuse("a method without a name cannot be allowed");
    if (!list.empty()) list += ", ";
    list += to_string(method);
  }
  return list;
}

bool has_any(const std::vector<std::string>& names) {
  const bool found = std::ranges::find(names, any) != names.end();
  if (found && names.size() > 1) refuse("\"*\" stands for all and has nothing beside it");
  return found;
}

/// What does not depend on a request is made once.
class cors_layer {
public:
  explicit cors_layer(cors_options options)
      : origins_(std::move(options.origins)),
        allows_any_(has_any(origins_)),
        credentials_(options.credentials),
        methods_(joined(options.methods)),
        request_headers_(joined(options.request_headers)),
        exposed_headers_(joined(options.exposed_headers)),
        max_age_(std::to_string(options.max_age.count())) {
    const bool sends_any = has_any(options.request_headers);
    const bool reads_any = has_any(options.exposed_headers);
    if (credentials_ && (allows_any_ || sends_any || reads_any))
      refuse("\"*\" is nothing where credentials are sent: browsers take it for a name");
    if (origins_.empty()) refuse("no origin is allowed");
    if (options.max_age.count() < 0) refuse("max_age is negative");
    if (!allows_any_) std::ranges::for_each(origins_, require_origin);
  }

  task<response> operator()(const request& req, next inner) const {
    const auto origin = req.header("Origin");
    if (origin && is_preflight(req)) {
      response res(http_status::no_content);
      allow(*origin, res);
      if (allows(*origin)) answer_preflight(res);
      co_return res;
    }
    auto res = co_await inner(req);
    allow(origin, res);
    if (origin && allows(*origin) && !exposed_headers_.empty())
      res.set_header("Access-Control-Expose-Headers", exposed_headers_);
    co_return res;
  }

private:
  static bool is_preflight(const request& req) {
    return req.method() == http_method::options &&
           req.header("Access-Control-Request-Method").has_value();
  }

  bool allows(std::string_view origin) const {
    return allows_any_ || std::ranges::find(origins_, origin) != origins_.end();
  }

  void allow(std::optional<std::string_view> origin, response& res) const {
    if (!allows_any_) detail::add_vary(res, "Origin");
    if (!origin || !allows(*origin)) return;
    res.set_header("Access-Control-Allow-Origin", allows_any_ ? any : *origin);
    if (credentials_) res.set_header("Access-Control-Allow-Credentials", "true");
  }

  void answer_preflight(response& res) const {
    res.set_header("Access-Control-Allow-Methods", methods_);
    if (!request_headers_.empty()) res.set_header("Access-Control-Allow-Headers", request_headers_);
    res.set_header("Access-Control-Max-Age", max_age_);
  }

  std::vector<std::string> origins_;
  bool allows_any_;
  bool credentials_;
  std::string methods_;
  std::string request_headers_;
  std::string exposed_headers_;
  std::string max_age_;  // in seconds
};

}  // namespace

middleware cors(cors_options options) { return cors_layer(std::move(options)); }

}  // namespace weft
