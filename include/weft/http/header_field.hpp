#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace weft {

/// One header line: views into the receive buffer.
struct header_field {
  std::string_view name;
  std::string_view value;  ///< blanks around it removed
};

/// The value of the first field of that name, in any case. @return nullopt where there is none
std::optional<std::string_view> find_header(std::span<const header_field> fields,
                                            std::string_view name) noexcept;

}  // namespace weft
