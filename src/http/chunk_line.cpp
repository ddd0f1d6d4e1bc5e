#include "chunk_line.hpp"

#include "char_class.hpp"
#include "parse_errors.hpp"

namespace weft::detail {

namespace {

constexpr unsigned hex_value(char c) noexcept {
  return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

const char* skip_blanks(const char* p, const char* end) noexcept {
  while (p != end && (*p == ' ' || *p == '\t')) ++p;
  return p;
}

/// @param p  behind the opening quote   @return behind the closing one, nullptr without it
const char* skip_quoted(const char* p, const char* end) noexcept {
  for (;;) {
    p = skip(p, end, quoted_char);
    if (p == end) return nullptr;
    if (*p == '"') return p + 1;
    if (end - p < 2) return nullptr;  // a backslash quotes one byte
    p += 2;
  }
}

const char* skip_name(const char* p, const char* end) noexcept {
  const char* const name_end = skip(p, end, token_char);
  return name_end == p ? nullptr : name_end;
}

/// chunk-ext = *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )
bool are_extensions(const char* p, const char* end) noexcept {
  while (p != end) {
    p = skip_blanks(p, end);
    if (p == end || *p != ';') return false;
    p = skip_name(skip_blanks(p + 1, end), end);
    if (p == nullptr) return false;
    const char* const equals = skip_blanks(p, end);
    if (equals == end || *equals != '=') continue;
    p = skip_blanks(equals + 1, end);
    p = p != end && *p == '"' ? skip_quoted(p + 1, end) : skip_name(p, end);
    if (p == nullptr) return false;
  }
  return true;
}

}  // namespace

bool exceeds_chunk_size_digits(std::string_view text) noexcept {
  const auto head = text.substr(0, max_chunk_size_digits + 1);
  const char* const end = head.data() + head.size();
  return head.size() > max_chunk_size_digits && skip(head.data(), end, hex_char) == end;
}

const http::parse_error* read_chunk_line(std::string_view text, chunk_line& line) noexcept {
  const char* const end = text.data() + text.size();
  const char* const digits_end = skip(text.data(), end, hex_char);
  if (digits_end == text.data()) return &errors::bad_chunk_size;
  line.size = 0;
  for (const char* p = text.data(); p != digits_end; ++p)
    line.size = line.size << 4 | hex_value(*p);
  line.extension_bytes = static_cast<std::size_t>(end - digits_end);
  if (are_extensions(digits_end, end)) return nullptr;
  const char* const next = skip_blanks(digits_end, end);
  return next != end && *next == ';' ? &errors::bad_chunk_extension : &errors::bad_chunk_size;
}

}  // namespace weft::detail
