#pragma once

#include <weft/http/limits.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::conformance {

/// What became of one message.
struct parsed_message {
  enum class end { complete, refused, incomplete };

  end how = end::incomplete;
  std::string described;  ///< describe(), of a complete one
  bool keeps_alive = false;
  unsigned status = 0;  ///< of a refused one
  std::string reason;

  bool operator==(const parsed_message&) const = default;
};

/// Runs a parser as a connection does: a message that ends the connection is the last one.
///
/// Each call sees its bytes in an allocation of exactly their size, at another address than before,
/// so that a sanitizer sees a read past the end or of old bytes.
std::vector<parsed_message> parse(std::span<const std::string_view> pieces,
                                  const http_limits& limits);

}  // namespace weft::conformance
