#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/http/header_field.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace weft::http {

/// Header or trailer fields that own their text. Clearing keeps the memory.
class field_list {
public:
  void add(std::string_view name, std::string_view value);
  void clear() noexcept;
  bool empty() const noexcept { return fields_.empty(); }
  /// In the order they were added; valid until the next change.
  std::span<const header_field> view() const noexcept { return fields_; }

private:
  byte_buffer text_;
  std::vector<header_field> fields_;  // views into text_
};

}  // namespace weft::http
