#include "writer.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weft::detail {
namespace {

constexpr bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

/// The high bit of a byte is set where the byte, or one before it in the word, needs an escape.
bool word_is_plain(const char* bytes) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  const std::uint64_t control = word - ones * 0x20;
  const std::uint64_t quote = (word ^ ones * '"') - ones;
  const std::uint64_t backslash = (word ^ ones * '\\') - ones;
  return ((control | quote | backslash) & ~word & ones * 0x80) == 0;
}

bool block_is_plain(const char* bytes) noexcept {
#if defined(__SSE2__)
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const __m128i last_control = _mm_set1_epi8(0x1F);
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block);
  const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
  return _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))) == 0;
#else
  return word_is_plain(bytes) && word_is_plain(bytes + 8);
#endif
}

/// The letter behind the backslash, 'u' where there is none for the character.
constexpr char escape_letter(char c) {
  switch (c) {
    case '"':
    case '\\': return c;
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return 'u';
  }
}

/// Copies bytes as long as none needs an escape. @param to  has room for all of the text
/// @return  how many were copied: all, or those before the first that needs one
std::size_t copy_plain(std::string_view text, char* to) noexcept {
  const char* from = text.data();
  std::size_t at = 0;
  for (; text.size() - at >= 16 && block_is_plain(from + at); at += 16)
    std::memcpy(to + at, from + at, 16);
  for (; text.size() - at >= 8 && word_is_plain(from + at); at += 8)
    std::memcpy(to + at, from + at, 8);
  // Less than a word is left: together with what stands before it.
  const std::size_t rest = text.size() - at;
  if (at != 0 && rest != 0 && rest < 8 && word_is_plain(from + text.size() - 8)) {
    std::memcpy(to + text.size() - 8, from + text.size() - 8, 8);
    return text.size();
  }
  for (; at != text.size() && !needs_escape(from[at]); ++at) to[at] = from[at];
  return at;
}

}  // namespace

void json_writer::string(std::string_view text) {
  room(text.size() + 2);
  *at_++ = '"';
  for (;;) {
    const std::size_t plain = copy_plain(text, at_);
    at_ += plain;
    if (plain == text.size()) break;
    escape(text[plain]);
    text.remove_prefix(plain + 1);
    room(text.size() + 1);
  }
  *at_++ = '"';
}

void json_writer::escape(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  raw('\\');
  raw(escape_letter(c));
  if (escape_letter(c) != 'u') return;
  const auto code = static_cast<unsigned char>(c);
  raw("00");
  raw(digits[code >> 4U]);
  raw(digits[code & 0xFU]);
}

}  // namespace weft::detail
