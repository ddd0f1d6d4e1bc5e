#pragma once

// The three loops that touch every byte of a request. Each exists in a portable form, which is
// always compiled and is the definition, and in SSE2, which must agree with it byte for byte.
// No form reads outside [p, end).

#include "char_class.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weft::detail {

namespace scan_portable {

constexpr bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

/// The first control byte other than HTAB: the line end, or a byte that no line may contain.
inline const char* find_control(const char* p, const char* end) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    while (end - p >= 8) {
      std::uint64_t v;
      std::memcpy(&v, p, sizeof v);
      // A borrow can only mark bytes above the first true hit, so the lowest mark is exact.
      const std::uint64_t del = v ^ (ones * 0x7f);
      const std::uint64_t marks =
          (((v - ones * 0x20) & ~v) | ((del - ones) & ~del)) & (ones * 0x80);
      if (marks == 0) {
        p += 8;
        continue;
      }
      p += std::countr_zero(marks) / 8;
      if (*p != '\t') return p;
      ++p;
    }
  }
  while (p != end && !is_control(*p)) ++p;
  return p;
}

inline const char* skip_token(const char* p, const char* end) noexcept {
  return skip(p, end, token_char);
}

inline const char* skip_target(const char* p, const char* end) noexcept {
  return skip(p, end, target_char);
}

}  // namespace scan_portable

#if defined(__SSE2__)
namespace scan_sse2 {

inline __m128i load(const char* p) noexcept {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

/// Lanes whose byte, as unsigned, is below `limit`.
inline __m128i below(__m128i v, char limit) noexcept {
  const __m128i most = _mm_set1_epi8(static_cast<char>(limit - 1));
  return _mm_cmpeq_epi8(_mm_min_epu8(v, most), v);
}

/// Lanes whose byte lies in [first, last].
inline __m128i in_range(__m128i v, char first, char last) noexcept {
  return below(_mm_sub_epi8(v, _mm_set1_epi8(first)), static_cast<char>(last - first + 1));
}

inline __m128i letters(__m128i v) noexcept {
  return in_range(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 'z');
}

inline unsigned lanes(__m128i mask) noexcept {
  return static_cast<unsigned>(_mm_movemask_epi8(mask));
}

inline const char* find_control(const char* p, const char* end) noexcept {
  while (end - p >= 16) {
    const __m128i v = load(p);
    const __m128i del = _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f));
    const unsigned hits = lanes(_mm_or_si128(below(v, 0x20), del));
    if (hits == 0) {
      p += 16;
      continue;
    }
    p += std::countr_zero(hits);
    if (*p != '\t') return p;  // rare enough to stay out of the vector code
    ++p;
  }
  return scan_portable::find_control(p, end);
}

/// Skips what `common` accepts by 16 bytes, and looks the rest up one by one. Always inline: a call
/// for each header name costs a tenth of parsing it, and g++ makes one where there are two callers.
template <class Common>
[[gnu::always_inline]] inline const char* skip_blocks(const char* p, const char* end,
                                                      char_class wanted, Common common) noexcept {
  while (end - p >= 16) {
    const unsigned others = lanes(common(load(p))) ^ 0xffffu;
    if (others == 0) {
      p += 16;
      continue;
    }
    p += std::countr_zero(others);
    if (!is(*p, wanted)) return p;
    ++p;
  }
  return skip(p, end, wanted);
}

inline const char* skip_token(const char* p, const char* end) noexcept {
  return skip_blocks(p, end, token_char, [](__m128i v) {
    return _mm_or_si128(letters(v), _mm_cmpeq_epi8(v, _mm_set1_epi8('-')));
  });
}

inline const char* skip_target(const char* p, const char* end) noexcept {
  return skip_blocks(p, end, target_char, [](__m128i v) {
    const __m128i equals = _mm_cmpeq_epi8(v, _mm_set1_epi8('='));
    return _mm_or_si128(_mm_or_si128(letters(v), in_range(v, '&', ';')), equals);
  });
}

}  // namespace scan_sse2
#endif

#if defined(__SSE2__)
namespace scan = scan_sse2;
#else
namespace scan = scan_portable;
#endif

}  // namespace weft::detail
