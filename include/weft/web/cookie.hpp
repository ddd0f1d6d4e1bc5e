#pragma once

#include <weft/http/request.hpp>
#include <weft/web/extractor.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weft {

/// How many cookies of a request are looked at: browsers keep fewer for a host. Past it 400.
inline constexpr std::size_t max_cookies = 256;

/// The value of the first cookie of that name: what a middleware asks, or who knows the name only
/// at run time.
///
/// A browser sends the cookie of the longest path first, so the first is the nearest; one that
/// comes again under its name is not looked at. Pairs that are no cookie-pair are as not sent: a
/// request carries cookies that others have set for the same host. The quotes around a quoted value
/// are taken off; nothing else is decoded.
/// Cost  one pass, no allocation
/// @return a view into the request; nullopt also where it is not among the first max_cookies
/// @source RFC 6265 4.2.1, 5.4
std::optional<std::string_view> find_cookie(const request& req, std::string_view name) noexcept;

namespace detail {

/// RFC 6265 4.1.1: a token of RFC 9110 5.6.2.
constexpr bool is_cookie_name(std::string_view name) noexcept {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  for (const char c : name) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_letter && !(c >= '0' && c <= '9') && others.find(c) == others.npos) return false;
  }
  return !name.empty();
}

/// @return false where it was rejected with a 400: absent though required, malformed, or among too
///         many
bool read_cookie(context& ctx, std::string_view name, bool required, text_reader read, void* out);

}  // namespace detail

/// A cookie of the request: cookie<"session">, cookie<"theme", std::optional<std::string>>, and
/// with a default cookie<"size", int, 20>. Required unless T is a std::optional or there is a
/// default.
///
/// What counts as a cookie, and as the first of several, is what find_cookie() says. set_cookie is
/// the way back.
/// @example tests/unit/web/cookie_test.cpp:cookie
template <detail::fixed_string Name, class T = std::string, auto... Default>
class cookie : public detail::extracted<T> {
  static_assert(detail::is_cookie_name(Name.view()),
                "weft: the name of a cookie is of letters, digits and !#$%&'*+-.^_`|~ alone");
  static_assert(
      text_readable<typename detail::value_type_of<T>::type>,
      "weft: cookie<\"name\", T> needs a T that can be read from text, or a std::optional "
      "of one");
  static_assert(sizeof...(Default) <= 1, "weft: cookie takes one default");

public:
  using detail::extracted<T>::extracted;

  static std::optional<cookie> extract(context& ctx) {
    T value = T(Default...);
    if (!detail::read_cookie(ctx, Name.view(), is_required, &detail::read_value<T>, &value))
      return std::nullopt;
    return cookie(std::move(value));
  }
  static void describe(operation& op) {
    detail::describe_parameter<T, Default...>(op, operation::place::cookie, Name.view(),
                                              is_required);
  }

private:
  static constexpr bool is_required = sizeof...(Default) == 0 && !detail::is_optional<T>;
};

}  // namespace weft
