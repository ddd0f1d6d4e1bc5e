#include "field_rules.hpp"

#include "char_class.hpp"
#include "scan.hpp"

#include <stdexcept>
#include <string>

namespace weft::detail {

void check_field_value(std::string_view value) {
  const char* const end = value.data() + value.size();
  if (scan::find_control(value.data(), end) != end)
    throw std::invalid_argument("a header value contains a control byte");
}

void check_field_name(std::string_view name) {
  const char* const end = name.data() + name.size();
  if (name.empty() || scan::skip_token(name.data(), end) != end)
    throw std::invalid_argument("a header name is not a token");
  for (const std::string_view reserved : {"content-length", "transfer-encoding", "connection"})
    if (equals_any_case(name, reserved))
      throw std::invalid_argument("the connection sets " + std::string{reserved} + " itself");
}

}  // namespace weft::detail
