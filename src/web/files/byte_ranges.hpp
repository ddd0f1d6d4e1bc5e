#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::detail {

/// Some of the bytes of a representation.
struct byte_range {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const byte_range&) const = default;
};

/// What a Range field asks of a representation.
struct wanted_ranges {
  enum class outcome {
    whole,         ///< all of it: the field is not for bytes, or asks for too much
    some,          ///< `ranges`, at least one
    unsatisfiable  ///< 416: nothing of it is there, or the field is malformed
  };
  outcome what = outcome::whole;
  std::vector<byte_range> ranges{};
};

/// One pass over the field, which stops where there are too many.
/// @param most  more ranges than that are answered with the whole, as are those which together have
///              more bytes than it, since they overlap
/// @source RFC 9110 14.1.1, 14.1.2, 14.2
wanted_ranges parse_ranges(std::string_view field, std::uint64_t size, std::size_t most);

/// "bytes 0-99/200".
std::string content_range(const byte_range& range, std::uint64_t size);
/// "bytes */200", for a 416.
std::string content_range(std::uint64_t size);

}  // namespace weft::detail
