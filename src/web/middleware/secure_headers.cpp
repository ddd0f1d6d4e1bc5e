#include <weft/web/middleware/secure_headers.hpp>

#include <stdexcept>
#include <utility>
#include <vector>

namespace weft {
namespace {

using field_texts = std::vector<response::field>;

std::string https_only(const secure_header_options& options) {
  const auto seconds = options.https_only.count();
  if (seconds < 0) throw std::invalid_argument("weft::secure_headers: https_only is negative");
  if (seconds == 0) return {};
  return "max-age=" + std::to_string(seconds) +
         (options.https_only_for_subdomains ? "; includeSubDomains" : "");
}

field_texts fields_of(secure_header_options options) {
  field_texts all = {
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy", std::move(options.content_security_policy)},
      {"Referrer-Policy", std::move(options.referrer_policy)},
      {"X-Frame-Options", std::move(options.frame_options)},
      {"Cross-Origin-Opener-Policy", std::move(options.opener_policy)},
      {"Cross-Origin-Resource-Policy", std::move(options.resource_policy)},
      {"Strict-Transport-Security", https_only(options)},
  };
  std::erase_if(all, [](const auto& field) { return field.value.empty(); });
  response probe;
  for (const auto& field : all) probe.set_header(field.name, field.value);  // throws if it is bad
  return all;
}

class secure_header_layer {
public:
  explicit secure_header_layer(field_texts fields) : fields_(std::move(fields)) {}

  task<response> operator()(const request& req, next inner) const {
    auto res = co_await inner(req);
    for (const auto& field : fields_)
      if (!res.header(field.name)) res.add_header(field.name, field.value);
    co_return res;
  }

private:
  field_texts fields_;
};

}  // namespace

middleware secure_headers(secure_header_options options) {
  return secure_header_layer(fields_of(std::move(options)));
}

}  // namespace weft
