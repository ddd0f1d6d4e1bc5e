#pragma once

#include <weft/http/parse_error.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::detail {

inline constexpr std::size_t max_chunk_size_digits = 16;  // what 64 bits hold

/// A line that begins a chunk: size and extensions.
struct chunk_line {
  std::uint64_t size = 0;
  std::size_t extension_bytes = 0;
};

/// Whether the digits at the start of `text` are already more than any size needs.
bool exceeds_chunk_size_digits(std::string_view text) noexcept;

/// Reads chunk-size [ chunk-ext ] without its line end. Extensions are checked and forgotten.
///
/// @param text  with no more digits than max_chunk_size_digits
/// @return nullptr, or why the line is refused
/// @source RFC 9112 7.1 and 7.1.1
const http::parse_error* read_chunk_line(std::string_view text, chunk_line& line) noexcept;

}  // namespace weft::detail
