#pragma once

#include <weft/http/limits.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace weft::test {

using pieces = std::span<const std::string_view>;
/// Tells what a parser says about input that arrives in these pieces.
using transcriber = std::function<std::string(pieces)>;

/// Checks what is told of the whole input, of all its two-way splits, and of single bytes.
void check_every_split(std::string_view input, std::string_view expected,
                       const transcriber& transcribe);

/// What a parser tells about a connection whose bytes arrive in these pieces, one line an event:
///
///     GET /items/7?m=2 | /items/7 | m=2 | host a.example | 1.1 keep-alive
///     name: value
///     body hello
///     trailer name: value
///     done
///     error 400 host
///     ...                      (the input ended inside a request)
///
/// Chunks of one body are joined. Each call sees its bytes in an allocation of exactly their size,
/// at another address than before, so that a sanitizer sees a read past the end or of old bytes.
std::string transcript(pieces all, const http_limits& limits = {});

/// check_every_split() of a request parser.
void check_transcript(std::string_view input, std::string_view expected,
                      const http_limits& limits = {});

/// The same for an input that is refused before anything else is told.
/// @param expected  status and metric: "400 host"
void check_refused(std::string_view input, std::string_view expected,
                   const http_limits& limits = {});

}  // namespace weft::test
