#include <weft/web/header.hpp>

#include "web/ascii.hpp"

#include <cstddef>

namespace weft::detail {

bool read_header(context& ctx, std::string_view name, bool required, text_reader read, void* out) {
  std::size_t count = 0;
  std::string wrong;
  for (const auto& field : ctx.request().headers()) {
    if (!equal_ignoring_case(field.name, name)) continue;
    wrong = ++count > 1 ? "appears twice" : read(field.value, out);
    if (!wrong.empty()) break;
  }
  if (count == 0 && required) wrong = "is required";
  if (wrong.empty()) return true;
  ctx.reject(http_status::bad_request,
             {field_error::place::header, std::string(name), std::move(wrong)});
  return false;
}

}  // namespace weft::detail
