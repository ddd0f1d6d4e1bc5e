#include <weft/http/header_field.hpp>

#include "char_class.hpp"

namespace weft {

std::optional<std::string_view> find_header(std::span<const header_field> fields,
                                            std::string_view name) noexcept {
  for (const auto& field : fields)
    if (detail::equals_any_case(field.name, name)) return field.value;
  return std::nullopt;
}

}  // namespace weft
