#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weft::detail {

/// Looks ahead in a JSON text for the member that says which type an object is.
///
/// The parser tells no places, but how many objects have begun: a cursor goes from brace to brace
/// behind it, once through the text. What is not JSON there is for the parser to find.
class tag_finder {
public:
  explicit tag_finder(std::string_view text) noexcept : text_(text) {}

  struct found {
    bool is_there = false;
    std::optional<std::string> text;  ///< where it is a string
  };
  /// @param objects  how many have begun, the one that is looked at included; never fewer again
  found find(std::size_t objects, std::string_view name);

private:
  std::string_view text_;
  std::size_t at_ = 0;  ///< behind the brace of the last object
  std::size_t objects_ = 0;
};

}  // namespace weft::detail
