#pragma once

#include <weft/testing/web/cookie_jar.hpp>

#include <string_view>

namespace weft::testing {

/// Makes of a Set-Cookie field the cookie that a browser would keep, or says why there is none. It
/// looks at the field and where it came from, not at the cookies that are there.
///
/// @param into  its domain is the host's where the field names none
/// @return empty, or the rule that the field breaks: a literal
/// @source RFC 6265 5.2 and 5.3 with the rules of its revision
std::string_view read_set_cookie(std::string_view field, const cookie_place& from,
                                 cookie_jar::time_point now, kept_cookie& into);

/// @source RFC 6265 5.1.3: a domain is the host's own, or ends it after a dot
bool matches_domain(std::string_view host, std::string_view domain) noexcept;
/// @source RFC 6265 5.1.4
bool matches_path(std::string_view path, std::string_view cookie_path) noexcept;

}  // namespace weft::testing
