#pragma once

#include "message.hpp"

#include <weft/http/limits.hpp>
#include <weft/http/method.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace weft::fuzz {

using pieces = std::span<const std::string_view>;

/// What request_parser makes of bytes that arrive in these pieces: all messages, up to the first
/// that is refused or not complete.
///
/// Each call of the parser sees its bytes in an allocation of exactly their size, at another place
/// than before, so that a sanitizer sees a read past the end or of old bytes. Only the head stays
/// where it was, as promised.
std::vector<message> read_requests(pieces from, const http_limits& limits);

enum class input_end { open, closed };

/// The same of response_parser; behind a 101 and the like nothing is read.
/// @param asked  the methods of the requests that are answered, in turn; GET behind the last
std::vector<message> read_answers(pieces from, std::span<const http_method> asked, input_end end,
                                  const http_limits& limits);

}  // namespace weft::fuzz
