#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weft::detail {

/// A regular expression as a table of states: one look-up a character, whatever the text.
///
/// Its grammar is in weft::rules_for::pattern(). The whole text has to be like it.
class pattern {
public:
  static constexpr std::size_t most_states = 1'000;

  /// @throws std::invalid_argument  that says what is wrong with the expression, and where
  explicit pattern(std::string_view expression);

  /// @param text  UTF-8; what is not is like no pattern
  bool matches(std::string_view text) const noexcept;

private:
  using state = std::uint16_t;
  static constexpr state dead = 0;

  std::size_t column_of(char32_t character) const noexcept;

  // Characters that no part of the expression tells apart share a column.
  std::vector<char32_t> column_ends_;   ///< the last character of each run
  std::vector<std::uint16_t> columns_;  ///< of each run
  std::array<std::uint16_t, 128> ascii_columns_{};
  std::size_t width_ = 0;     ///< columns
  std::vector<state> table_;  ///< rows of `width_` states
  std::vector<bool> accepts_;
  state start_ = dead;
};

}  // namespace weft::detail
