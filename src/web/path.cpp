#include <weft/web/path.hpp>

#include "web/percent.hpp"

namespace weft::detail {
namespace {

std::string read_decoded(std::string_view raw, text_reader read, void* out) {
  // The router's normal form is ASCII, so text without an escape is UTF-8 as it stands.
  if (raw.find('%') == std::string_view::npos) return read(raw, out);
  const auto decoded = percent_decode(raw);
  return decoded ? read(*decoded, out) : "must be UTF-8";
}

}  // namespace

bool read_path(context& ctx, std::size_t n, text_reader read, void* out) {
  auto wrong = read_decoded(ctx.raw_parameter(n), read, out);
  if (wrong.empty()) return true;
  ctx.reject(http_status::bad_request,
             {field_error::place::parameter, std::string(ctx.parameter_name(n)), std::move(wrong)});
  return false;
}

}  // namespace weft::detail
