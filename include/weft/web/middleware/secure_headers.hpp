#pragma once

#include <weft/web/middleware.hpp>

#include <chrono>
#include <string>

namespace weft {

/// What browsers are told to be careful about; an empty text, or a time of zero, is not sent.
struct secure_header_options {
  std::string content_security_policy =
      "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'; "
      "object-src 'none'";
  std::string referrer_policy = "no-referrer";
  std::string frame_options = "SAMEORIGIN";  ///< for browsers that know no frame-ancestors
  std::string opener_policy = "same-origin";
  std::string resource_policy = "same-origin";  ///< cors() is for scripts, this for all else
  /// How long browsers come by https alone (HSTS). They heed it where they came by https, so it is
  /// sent always: a proxy may do the TLS.
  std::chrono::seconds https_only = std::chrono::days(365);
  bool https_only_for_subdomains = false;
};

/// Adds the response headers that make browsers refuse what pages of an attacker rely on: framing,
/// sniffed media types, scripts from elsewhere, plain http. A handler that sets one of them itself
/// has the last word.
/// @throws std::invalid_argument  a value has a control byte, or a time is negative
/// @source OWASP Secure Headers Project
/// @example tests/unit/web/middleware/secure_headers_test.cpp:secure_headers
middleware secure_headers(secure_header_options options = {});

}  // namespace weft
