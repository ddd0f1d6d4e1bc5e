#include <weft/http/client_request.hpp>

#include "char_class.hpp"
#include "field_rules.hpp"

#include <algorithm>
#include <stdexcept>

namespace weft::http {

namespace {

using detail::equals_any_case;

// Beside those that rule the framing: what holds for one connection only (RFC 9110 7.6.1), and what
// follows from the URL and the body.
constexpr std::string_view own_fields[] = {
    "host", "expect", "te", "trailer", "upgrade", "keep-alive", "proxy-connection"};

void check_name(std::string_view name) {
  detail::check_field_name(name);
  for (const std::string_view own : own_fields)
    if (equals_any_case(name, own))
      throw std::invalid_argument("the client sets " + std::string{own} + " itself");
}

void check_method(std::string_view name) {
  const bool is_token = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return detail::is(c, detail::token_char);
  });
  if (!is_token) throw std::invalid_argument("a method is not a token");
  if (name == "CONNECT") throw std::invalid_argument("CONNECT makes no request to a resource");
}

}  // namespace

client_request::client_request(http_method method, std::string url)
    : client_request(to_string(method), std::move(url)) {}

client_request::client_request(std::string_view method, std::string url)
    : method_(parse_method(method)), method_name_(method), url_(std::move(url)) {
  check_method(method);
}

void client_request::set_header(std::string_view name, std::string_view value) {
  field set{std::string(name), std::string(value)};  // may be views into this request
  check_name(set.name);
  detail::check_field_value(set.value);
  remove_header(set.name);
  fields_.push_back(std::move(set));
}

void client_request::add_header(std::string_view name, std::string_view value) {
  check_name(name);
  detail::check_field_value(value);
  field added{std::string(name), std::string(value)};
  fields_.push_back(std::move(added));
}

std::optional<std::string_view> client_request::header(std::string_view name) const noexcept {
  for (const field& f : fields_)
    if (equals_any_case(f.name, name)) return f.value;
  return std::nullopt;
}

void client_request::remove_header(std::string_view name) noexcept {
  std::erase_if(fields_, [name](const field& f) { return equals_any_case(f.name, name); });
}

void client_request::set_body(std::string body) {
  body_ = std::make_shared<const std::string>(std::move(body));
  streamed_ = nullptr;
}

void client_request::set_body(std::string body, std::string_view content_type) {
  set_header("Content-Type", content_type);
  set_body(std::move(body));
}

void client_request::set_body(std::shared_ptr<outgoing_body> body,
                              std::optional<std::uint64_t> length) {
  body_ = nullptr;
  streamed_ = std::move(body);
  streamed_length_ = length;
}

std::optional<std::uint64_t> client_request::body_length() const noexcept {
  return streamed_ != nullptr ? streamed_length_ : body().size();
}

void client_request::become_get() {
  method_ = http_method::get;
  method_name_ = to_string(method_);
  body_ = nullptr;
  streamed_ = nullptr;
  std::erase_if(fields_, [](const field& f) {
    return f.name.size() >= 8 && equals_any_case(std::string_view(f.name).substr(0, 8), "content-");
  });
}

}  // namespace weft::http
