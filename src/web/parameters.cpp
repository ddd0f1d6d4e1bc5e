#include "web/parameters.hpp"

#include "web/ascii.hpp"

#include <algorithm>

namespace weft::detail {
namespace {

std::string_view without_blanks_in_front(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
}

}  // namespace

parameters::parameters(std::string_view field) noexcept
    : rest_(field.substr(std::min(field.find(';'), field.size()))) {}

bool parameters::next() {
  for (;;) {
    rest_ = without_blanks_in_front(rest_);
    if (rest_.empty()) return false;
    malformed_ = !rest_.starts_with(';');
    if (malformed_) return false;
    rest_ = without_blanks_in_front(rest_.substr(1));
    if (!rest_.empty() && rest_.front() != ';') break;
  }
  const auto equals = rest_.find_first_of("=;\" \t");
  malformed_ = equals == 0 || equals == std::string_view::npos || rest_[equals] != '=';
  if (malformed_) return false;
  name_ = rest_.substr(0, equals);
  rest_.remove_prefix(equals + 1);
  malformed_ = !read_value();
  return !malformed_;
}

bool parameters::read_value() {
  value_.clear();
  return rest_.starts_with('"') ? read_quoted() : read_plain();
}

bool parameters::read_quoted() {
  for (std::size_t i = 1; i < rest_.size(); ++i) {
    char c = rest_[i];
    if (c == '"') {
      rest_.remove_prefix(i + 1);
      return true;
    }
    const bool escapes =
        c == '\\' && i + 1 < rest_.size() && (rest_[i + 1] == '"' || rest_[i + 1] == '\\');
    if (escapes) c = rest_[++i];
    value_ += c;
  }
  return false;
}

bool parameters::read_plain() {
  const auto end = std::min(rest_.find(';'), rest_.size());
  value_ = trim_blanks(rest_.substr(0, end));
  rest_.remove_prefix(end);
  return !value_.empty() && value_.find_first_of("\" \t") == std::string::npos;
}

}  // namespace weft::detail
