#pragma once

#include "message.hpp"
#include "message_reader.hpp"

#include <weft/http/method.hpp>

#include <string_view>

// Boost.Beast's basic_parser as the second opinion on what weft accepts.

namespace weft::fuzz {

/// Fails unless Beast reads a complete request alike: method, target, version, fields, body,
/// trailers, persistence and where it ends.
///
/// Says nothing where a difference is deliberate (beast_differences.cpp).
/// @param bytes  the input that `ours` was read from
void expect_beast_agrees(const message& ours, std::string_view bytes);

/// The same for a complete answer to such a request.
void expect_beast_agrees(const message& ours, std::string_view bytes, http_method asked,
                         input_end end);

}  // namespace weft::fuzz
