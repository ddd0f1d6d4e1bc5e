#include "web/openapi/linked_text.hpp"

#include "web/openapi/components.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/web/json/write.hpp>

namespace weft::detail {

std::string linked_text::filled() const {
  std::string out;
  std::size_t done = 0;
  for (const auto& [at, target] : gaps) {
    out.append(text, done, at - done).append(target->name);
    done = at;
  }
  return out.append(text, done);
}

void text_builder::begin_value() {
  if (needs_comma_) out_.text += ',';
  needs_comma_ = true;
}

text_builder& text_builder::open(char bracket) {
  begin_value();
  out_.text += bracket;
  needs_comma_ = false;
  return *this;
}

text_builder& text_builder::close(char bracket) {
  out_.text += bracket;
  needs_comma_ = true;
  return *this;
}

text_builder& text_builder::key(std::string_view name) {
  string(name);
  out_.text += ':';
  needs_comma_ = false;
  return *this;
}

text_builder& text_builder::string(std::string_view value) { return literal(json_literal(value)); }

text_builder& text_builder::literal(std::string_view json) {
  begin_value();
  out_.text += json;
  return *this;
}

text_builder& text_builder::text(const linked_text& made) {
  begin_value();
  for (const auto& [at, target] : made.gaps) out_.gaps.push_back({out_.text.size() + at, target});
  out_.text += made.text;
  return *this;
}

text_builder& text_builder::reference(const component& target) {
  literal("\"#/components/schemas/");
  out_.gaps.push_back({out_.text.size(), &target});
  out_.text += '"';
  return *this;
}

std::string json_literal(std::string_view text) {
  byte_buffer out;
  write_json_string(out, text);
  return std::string(out.view());
}

}  // namespace weft::detail
