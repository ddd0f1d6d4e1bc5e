#pragma once

#include <weft/web/json/type.hpp>

#include <bit>
#include <cstdint>
#include <cstring>

// Numbers and enumerators of any width, where their type is known by its row.
namespace weft::detail {

template <class Number>
Number load(const void* place) noexcept {
  Number value;
  std::memcpy(&value, place, sizeof value);
  return value;
}

inline std::int64_t load_signed(const void* place, unsigned width) noexcept {
  switch (width) {
    case 1: return load<std::int8_t>(place);
    case 2: return load<std::int16_t>(place);
    case 4: return load<std::int32_t>(place);
    default: return load<std::int64_t>(place);
  }
}

inline std::uint64_t load_unsigned(const void* place, unsigned width) noexcept {
  switch (width) {
    case 0: return 0;
    case 1: return load<std::uint8_t>(place);
    case 2: return load<std::uint16_t>(place);
    case 4: return load<std::uint32_t>(place);
    default: return load<std::uint64_t>(place);
  }
}

/// @return the value in 64 bits, sign-extended
inline std::uint64_t load_bits(const void* place, const json_type& type) noexcept {
  return type.is_signed ? std::bit_cast<std::uint64_t>(load_signed(place, type.width))
                        : load_unsigned(place, type.width);
}

inline double load_floating(const void* place, const json_type& type) noexcept {
  return type.width == sizeof(float) ? load<float>(place) : load<double>(place);
}

inline void store_bits(void* place, const json_type& type, std::uint64_t bits) noexcept {
  const auto store = [place]<class Word>(Word word) { std::memcpy(place, &word, sizeof word); };
  switch (type.width) {
    case 0: return;
    case 1: return store(static_cast<std::uint8_t>(bits));
    case 2: return store(static_cast<std::uint16_t>(bits));
    case 4: return store(static_cast<std::uint32_t>(bits));
    default: return store(bits);
  }
}

inline bool is_integer(json_kind kind) noexcept {
  return kind == json_kind::integer || kind == json_kind::integer_text;
}

/// @param bits  of a type that is signed or not, within the bounds?
inline bool is_within(std::uint64_t bits, bool is_signed, const json_bounds& bounds) noexcept {
  if (!is_signed) return bits >= bounds.low && bits <= bounds.high;
  const auto value = std::bit_cast<std::int64_t>(bits);
  return value >= std::bit_cast<std::int64_t>(bounds.low) &&
         value <= std::bit_cast<std::int64_t>(bounds.high);
}

}  // namespace weft::detail
