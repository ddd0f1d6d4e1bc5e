#pragma once

#include <weft/web/middleware.hpp>

#include <string>
#include <vector>

namespace weft {

struct csrf_options {
  /// Other origins whose pages may write, as a browser writes them: "https://admin.example.com".
  std::vector<std::string> trusted_origins = {};
};

/// Refuses with a 403 what a page of another site has a browser do with the cookies of this one
/// (cross-site request forgery).
///
/// Browsers say where a request comes from, in Sec-Fetch-Site or else in Origin. GET, HEAD and
/// OPTIONS pass, so they must change nothing. What says neither comes from no browser of these
/// years, and passes: it has no cookies but its own. No token is needed, and no form has to be
/// changed. Where a proxy changes the Host, this app's own origin belongs to trusted_origins.
/// @throws std::invalid_argument  an origin is none
/// @source the Go standard library, net/http.CrossOriginProtection; Fetch Metadata Request Headers
/// @example tests/unit/web/middleware/csrf_test.cpp:csrf
middleware csrf(csrf_options options = {});

}  // namespace weft
