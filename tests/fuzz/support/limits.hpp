#pragma once

#include "choices.hpp"

#include <weft/http/limits.hpp>

namespace weft::fuzz {

/// The default limits, or some so low that small inputs reach them.
inline http_limits choose_limits(choices& from) {
  http_limits limits;
  if (!from.flip()) return limits;
  limits.max_request_line_bytes = from.below(64);
  limits.max_header_bytes = from.below(256);
  limits.max_header_count = from.below(8);
  limits.max_body_bytes = from.below(64);
  limits.max_chunk_extension_bytes = from.below(16);
  limits.max_chunk_extensions_bytes = from.below(32);
  return limits;
}

}  // namespace weft::fuzz
