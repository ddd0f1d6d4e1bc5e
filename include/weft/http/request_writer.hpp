#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/http/client_request.hpp>

#include <string_view>

namespace weft::http {

/// What the URL and the connection say about how a request is sent.
struct request_context {
  bool is_connect = false;               ///< CONNECT instead of the request's method
  std::string_view target;               ///< origin-form, or absolute-form for a proxy
  std::string_view authority;            ///< the Host header
  std::string_view proxy_authorization;  ///< empty for none
  std::string_view upgrade;              ///< the protocol that is asked for; empty for none
};

/// Appends the head of a request: its line, Host, User-Agent unless it has one, its own headers,
/// and what frames its body.
/// @source RFC 9112 3 and 6; RFC 9110 8.6
void write_request_head(byte_buffer& out, const client_request& request,
                        const request_context& context);

/// Appends a piece of a body, framed as a chunk; nothing where it is empty, since an empty chunk is
/// the last one.
void write_chunk(byte_buffer& out, std::string_view piece);

/// Appends the last chunk and the trailers.
/// @throws std::invalid_argument  for trailers that could not be headers either
void write_last_chunk(byte_buffer& out, std::span<const header_field> trailers);

}  // namespace weft::http
