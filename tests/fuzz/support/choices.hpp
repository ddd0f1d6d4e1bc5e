#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace weft::fuzz {

/// Splits an input into choices and text. Choices are taken from the end, so that the text in front
/// stays what it is when one of them changes, and a dictionary works on it.
class choices {
public:
  explicit choices(std::string_view bytes) noexcept : rest_(bytes) {}

  /// @param count  1 to 65,536   @return below `count`; 0 where nothing is left
  std::size_t below(std::size_t count) noexcept;
  bool flip() noexcept { return below(2) == 1; }

  /// What was not taken.
  std::string_view text() const noexcept { return rest_; }

private:
  std::size_t take_byte() noexcept;

  std::string_view rest_;
};

/// How a text arrives: in one piece, in a few that were chosen, or in single bytes.
class cut_plan {
public:
  explicit cut_plan(choices& from);

  /// The pieces in order; none is empty, unless the text is.
  std::vector<std::string_view> apply(std::string_view text) const;

private:
  std::vector<std::size_t> places_;
  bool single_bytes_ = false;
};

}  // namespace weft::fuzz
