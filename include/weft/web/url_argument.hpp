#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace weft {

/// A parameter of a route's pattern and what is to stand in its place, for url_for().
class url_argument {
public:
  url_argument(std::string_view name, std::string_view value) : name_(name), value_(value) {}
  template <std::integral Number>
  url_argument(std::string_view name, Number value) : name_(name), value_(std::to_string(value)) {}

  std::string_view name() const noexcept { return name_; }
  const std::string& value() const noexcept { return value_; }

private:
  std::string_view name_;
  std::string value_;
};

}  // namespace weft
