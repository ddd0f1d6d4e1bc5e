#include <weft/web/operation.hpp>

#include "web/openapi/operation_record.hpp"
#include "web/openapi/schema.hpp"

#include <string>

namespace weft {
namespace {

using record = detail::operation_record;
using enum http_status;

/// A body of that kind, and the ways in which its reader refuses one.
void take_body(record& into, record::body_kind kind, const detail::json_type* type,
               std::initializer_list<http_status> failures) {
  into.body = kind;
  into.body_type = type;
  into.failures.insert(content_too_large);
  into.failures.insert(failures);
}

void add_answer(record& into, record::content content) {
  into.answers.push_back({into.status, {std::move(content)}, into.headers});
}

}  // namespace

void operation::secured_by(std::string_view scheme) { record_.security.emplace_back(scheme); }

void operation::fails(http_status status) { record_.failures.insert(status); }

void operation::may_fail() { record_.may_fail = true; }

void operation::fills_response() { record_.fills_response = true; }

void operation::status(http_status status) { record_.status = status; }

void operation::any_status() { record_.status.reset(); }

void operation::answer_header(std::string_view name, std::string_view description) {
  record_.headers.emplace_back(name, description);
}

void operation::answers_nothing() {
  record_.answers.push_back({record_.status, {}, record_.headers});
}

void operation::answers(std::string_view media_type) {
  add_answer(record_, {std::string(media_type), {}, false});
}

void operation::answers(std::string_view media_type, detail::value_schema schema) {
  add_answer(record_, {std::string(media_type), schema, true});
}

void operation::answers_void() {
  if (record_.fills_response) {
    any_status();
    return answers("*/*");
  }
  if (record_.status == ok) status(no_content);
  answers_nothing();
}

void operation::path(detail::value_schema schema) {
  record_.path.push_back(schema);
  fails(bad_request);
}

void operation::parameter(place in, std::string_view name, presence needed,
                          detail::value_schema schema, const void* preset) {
  std::string text;
  if (preset != nullptr && schema.type != nullptr) text = detail::preset_of(preset, *schema.type);
  const bool is_required = needed == presence::required;
  record_.parameters.push_back({in, std::string(name), is_required, schema, std::move(text)});
  fails(bad_request);
}

void operation::query(const detail::json_type& type) {
  record_.queries.push_back(&type);
  fails(bad_request);
}

void operation::takes_json(const detail::json_type& type) {
  take_body(record_, record::body_kind::json, &type,
            {bad_request, unsupported_media_type, unprocessable_content});
}

void operation::takes_patch(const detail::json_type& type) {
  take_body(record_, record::body_kind::patch, &type,
            {bad_request, unsupported_media_type, unprocessable_content});
}

void operation::takes_lines(const detail::json_type& type) {
  take_body(record_, record::body_kind::lines, &type,
            {bad_request, unsupported_media_type, unprocessable_content});
}

void operation::takes_form(const detail::json_type& type) {
  take_body(record_, record::body_kind::form, &type,
            {bad_request, unsupported_media_type, unprocessable_content});
}

void operation::takes_uploads(const detail::json_type& type) {
  take_body(record_, record::body_kind::uploads, &type,
            {bad_request, unsupported_media_type, unprocessable_content, insufficient_storage});
}

void operation::takes_parts() {
  take_body(record_, record::body_kind::parts, nullptr, {bad_request, unsupported_media_type});
}

void operation::takes_bytes() { take_body(record_, record::body_kind::bytes, nullptr, {}); }

}  // namespace weft
