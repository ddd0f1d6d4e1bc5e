#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/http/method.hpp>
#include <weft/http/parse_error.hpp>
#include <weft/http/response.hpp>

#include <cstdint>
#include <string_view>

namespace weft::http {

/// What the request and the connection say about how an answer is sent.
struct response_context {
  http_method method = http_method::get;  ///< HEAD: the head of what GET would get, no body
  int minor_version = 1;                  ///< of the request
  bool keep_alive = true;                 ///< false: "Connection: close" is announced
  std::string_view date;                  ///< current_date(), see http/date.hpp
};

/// Appends the whole answer, so that the answers to pipelined requests form one write.
///
/// Adds Date, Server, Content-Length and, where it is not the version's default, Connection. 204
/// and 304 go out without body, length and type; 205 with length 0.
/// @source RFC 9112 4, 6 and 9.3; RFC 9110 6.6.1, 8.6
void write_response(byte_buffer& out, const response& answer, const response_context& context);

/// How the peer finds the end of a body that follows its head.
struct body_framing {
  enum class kind {
    length,   ///< by Content-Length
    chunked,  ///< by the last chunk
    close     ///< by the end of the connection, which is all that HTTP/1.0 knows
  };
  kind how = kind::chunked;
  std::uint64_t length = 0;
};

/// Appends the head alone: as write_response(), with the framing of a body that is sent later.
void write_head(byte_buffer& out, const response& answer, const response_context& context,
                const body_framing& framing);

/// Makes an empty response a problem+json (RFC 9457) with the error's fixed text; a 503 says with
/// Retry-After when to come back.
void describe_error(response& answer, const parse_error& error);

/// Appends the answer to a request that could not be read: describe_error()'s, and "Connection:
/// close" whatever the context says.
void write_error(byte_buffer& out, const parse_error& error, const response_context& context);

/// Appends "100 Continue", for a request whose body is wanted (RFC 9110 10.1.1).
void write_continue(byte_buffer& out);

}  // namespace weft::http
