#pragma once

#include <weft/web/entity_tag.hpp>

#include <optional>
#include <string_view>

namespace weft::detail {

/// The tags of a field that lists them, one after the other.
class entity_tag_list {
public:
  explicit entity_tag_list(std::string_view text) noexcept : text_(text) {}

  /// @return nullopt behind the last, and where the text goes on with what is none
  std::optional<entity_tag> next();
  bool is_malformed() const noexcept { return malformed_; }

private:
  void skip_blanks() noexcept;
  std::optional<entity_tag> take_tag();

  std::string_view text_;
  bool needs_comma_ = false;
  bool malformed_ = false;
};

}  // namespace weft::detail
