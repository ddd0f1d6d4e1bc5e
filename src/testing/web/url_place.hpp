#pragma once

#include <weft/base/error.hpp>
#include <weft/testing/web/cookie_jar.hpp>

#include <string>
#include <string_view>

namespace weft::testing {

/// Where a URL says that a request goes. Its target is as it stands there: a test may send what no
/// client would.
struct url_place {
  std::string host;
  std::string authority;
  std::string target;
};

/// @errors as http::read_target() of the part before the path; condition::bad_input for bytes in
///         the target that would end it
result<url_place> place_of(std::string_view url);

/// The same for cookies. As browsers do, it takes this machine for safe without TLS: "localhost",
/// "*.localhost", 127.0.0.0/8 and ::1.
cookie_place cookie_place_of(const url_place& place);

}  // namespace weft::testing
