#include <weft/http/request.hpp>

#include "char_class.hpp"

namespace weft {

std::optional<std::string_view> request::header(std::string_view name) const noexcept {
  for (const auto& field : headers_)
    if (detail::equals_any_case(field.name, name)) return field.value;
  return std::nullopt;
}

}  // namespace weft
