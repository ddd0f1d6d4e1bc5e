#pragma once

#include <weft/web/reply.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

/// On which requests from other sites a cookie travels: on none, when a link leads here, or on all.
enum class same_site { strict, lax, none };

/// How a browser keeps a cookie. What is not said is the safe choice.
///
/// The texts are not copied; they are used up when the set_cookie is made.
struct cookie_options {
  bool http_only = true;  ///< scripts do not see it
  bool secure = true;     ///< over https alone, and to localhost
  weft::same_site same_site = weft::same_site::lax;
  std::string_view path = "/";
  std::string_view domain{};  ///< empty: this host without its subdomains
  /// How long it is kept; neither this nor `expires`: until the browser is closed. 0 or less
  /// deletes it. It goes before `expires`.
  std::optional<std::chrono::seconds> max_age{};
  std::optional<std::chrono::sys_seconds> expires{};
  bool partitioned = false;  ///< one for each site that embeds this one
};

/// A Set-Cookie field that is good, or was never made.
///
///     weft::set_cookie("session", id, {.max_age = 24h})
///
/// @source RFC 6265 4.1, and its revision for SameSite, prefixes and sizes (draft-ietf-httpbis-
///         rfc6265bis); CHIPS for Partitioned
/// @example tests/unit/web/set_cookie_test.cpp:set_cookie
class set_cookie {
public:
  /// @param value  of printable ASCII without blanks and "," ";" "\" and quotes: encode what is
  ///         more
  /// @throws std::invalid_argument  what a browser would drop or read otherwise: a name that is no
  ///         token; name and value of more than 4096 bytes; a path without '/' at its front; a
  ///         domain that is no host name; SameSite=None or Partitioned without Secure; a name that
  ///         begins with __Secure-, __Host-, __Http- or __Host-Http- and whose options do not keep
  ///         the promise of that prefix
  set_cookie(std::string_view name, std::string_view value, const cookie_options& options = {});

  /// The value of the Set-Cookie field.
  const std::string& text() const noexcept { return text_; }
  /// Adds the field, for middleware and for what with_cookies cannot say.
  void add_to(response& res) const { res.add_header("Set-Cookie", text_); }

private:
  std::string text_;
};

/// Makes the browser forget a cookie.
/// @param options  path and domain have to be those that the cookie was set with
/// @throws as set_cookie
set_cookie delete_cookie(std::string_view name, cookie_options options = {});

/// What a handler returns together with cookies:
///
///     return weft::with_cookies("Welcome", weft::set_cookie("session", id));
///
/// @example tests/unit/web/set_cookie_test.cpp:with_cookies
template <class T>
class with_cookies {
public:
  template <std::same_as<set_cookie>... More>
  with_cookies(T value, set_cookie first, More... more) : value_(std::move(value)) {
    cookies_.reserve(1 + sizeof...(More));
    cookies_.push_back(std::move(first));
    (cookies_.push_back(std::move(more)), ...);
  }

  void reply_to(context& ctx) && {
    write_reply(ctx, std::move(value_));
    for (const auto& cookie : cookies_) cookie.add_to(ctx.response());
  }
  static void describe(operation& op) {
    op.answer_header("Set-Cookie", "What the client is to keep.");
    detail::describe_reply<T>(op);
  }

private:
  T value_;
  std::vector<set_cookie> cookies_;
};

template <std::size_t N, class... Cookies>
with_cookies(const char (&)[N], Cookies...) -> with_cookies<std::string>;
template <class T, class... Cookies>
with_cookies(T, Cookies...) -> with_cookies<T>;

}  // namespace weft
