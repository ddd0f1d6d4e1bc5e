#pragma once

#include <weft/http/client_request.hpp>
#include <weft/http/status.hpp>

#include <string>
#include <string_view>

namespace weft::http {

/// Whether an answer sends the client elsewhere. 300 and 304 leave it to a person or a cache.
bool is_redirect(http_status status) noexcept;

/// Makes of a request the one that a redirect asks for.
///
/// 303 makes a GET of all but HEAD, 301 and 302 of POST, as every client does; 307 and 308 keep
/// method and body. Credentials (Authorization, Cookie, Proxy-Authorization) stay at their origin.
/// @param to  absolute
/// @return false where it must not or cannot be followed: from https to http, or with a body that
///         was streamed and is gone
/// @source RFC 9110 15.4
bool follow_redirect(client_request& request, http_status status, std::string to);

}  // namespace weft::http
