#include "status_line.hpp"

#include "char_class.hpp"
#include "http_version.hpp"
#include "parse_errors.hpp"

namespace weft::detail {

// status-line = HTTP-version SP 3DIGIT SP [ reason-phrase ]. The second blank is there also where
// the phrase is empty. That the phrase holds no control byte has been seen with the line's end.
const http::parse_error* read_status_line(std::string_view text, status_line& line) noexcept {
  constexpr std::size_t code_at = version_size + 1;
  constexpr std::size_t reason_at = code_at + 4;
  const auto& malformed = errors::bad_status_line;
  if (text.size() < reason_at || text[version_size] != ' ' || text[reason_at - 1] != ' ')
    return &malformed;
  if (const auto* error = read_version(text.substr(0, version_size), line.minor_version, malformed))
    return error;
  int code = 0;
  for (const char c : text.substr(code_at, 3)) {
    if (!is(c, digit_char)) return &malformed;
    code = code * 10 + (c - '0');
  }
  if (code < 100 || code > 599) return &errors::bad_status;
  line.status = static_cast<http_status>(code);
  line.reason = text.substr(reason_at);
  return nullptr;
}

}  // namespace weft::detail
