#include <weft/http/response.hpp>

#include "char_class.hpp"
#include "field_rules.hpp"

#include <stdexcept>
#include <utility>

namespace weft {

namespace {

using detail::equals_any_case;

using detail::check_field_name;
using detail::check_field_value;

}  // namespace

response& response::operator=(response&& other) noexcept {
  status_ = other.status_;
  content_type_ = other.content_type_;
  fields_ = std::move(other.fields_);
  field_count_ = other.field_count_;
  body_ = std::move(other.body_);
  producer_ = std::move(other.producer_);
  produced_length_ = other.produced_length_;
  takeover_ = std::move(other.takeover_);
  other.clear();
  return *this;
}

void response::set_status(http_status status) {
  const auto code = static_cast<unsigned>(status);
  if (code < 200 || code > 599) throw std::invalid_argument("an answer's status is 200 to 599");
  status_ = status;
}

void response::set_content_type(std::string_view literal) {
  check_field_value(literal);
  remove("content-type", 0);
  content_type_ = literal;
}

// `value` may be a view into a field of this response: what it may point to is copied from before
// it is removed or moved.
void response::set_header(std::string_view name, std::string_view value) {
  const std::size_t place = find(name, 0);
  if (place == field_count_) return add_header(name, value);
  check_field_value(value);
  fields_[place].value = value;
  remove(name, place + 1);
}

void response::add_header(std::string_view name, std::string_view value) {
  check_field_name(name);
  check_field_value(value);
  if (equals_any_case(name, "content-type")) content_type_ = {};
  if (field_count_ == fields_.size()) {
    fields_.push_back({std::string{name}, std::string{value}});
  } else {
    fields_[field_count_].name = name;
    fields_[field_count_].value = value;
  }
  ++field_count_;
}

std::optional<std::string_view> response::header(std::string_view name) const noexcept {
  if (!content_type_.empty() && equals_any_case(name, "content-type")) return content_type_;
  const std::size_t place = find(name, 0);
  if (place == field_count_) return std::nullopt;
  return fields_[place].value;
}

void response::remove_header(std::string_view name) noexcept {
  if (equals_any_case(name, "content-type")) content_type_ = {};
  remove(name, 0);
}

void response::clear() noexcept {
  status_ = http_status::ok;
  content_type_ = {};
  field_count_ = 0;
  body_.clear();
  producer_.reset();
  takeover_.reset();
}

void response::set_takeover(std::string_view protocol, std::shared_ptr<http::takeover> next) {
  set_header("Upgrade", protocol);
  status_ = http_status::switching_protocols;
  takeover_ = std::move(next);
}

void response::set_producer(std::shared_ptr<http::body_producer> producer,
                            std::optional<std::uint64_t> length) noexcept {
  producer_ = std::move(producer);
  produced_length_ = length;
}

std::size_t response::find(std::string_view name, std::size_t from) const noexcept {
  while (from < field_count_ && !equals_any_case(fields_[from].name, name)) ++from;
  return from;
}

void response::remove(std::string_view name, std::size_t from) noexcept {
  std::size_t kept = from;
  for (std::size_t i = from; i < field_count_; ++i) {
    if (equals_any_case(fields_[i].name, name)) continue;
    // Swapped behind the end and not overwritten, so that the memory is used again.
    if (kept != i) std::swap(fields_[kept], fields_[i]);
    ++kept;
  }
  field_count_ = kept;
}

}  // namespace weft
