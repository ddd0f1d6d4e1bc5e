#pragma once

#include <weft/web/authenticated.hpp>
#include <weft/web/equal_secrets.hpp>
#include <weft/web/middleware.hpp>

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace weft {

struct authentication_options {
  std::string realm = "restricted";  ///< what a browser shows where it asks for a password
  /// Lets requests without credentials through, for handlers that can do without. Wrong ones are
  /// refused all the same.
  bool optional = false;
};

struct api_key_options {
  std::string header = "X-API-Key";
  std::string realm = "restricted";
  bool optional = false;  ///< as authentication_options::optional
};

namespace detail {

/// Whether somebody has these credentials; he is then in the context. @param name  of basic_auth
using credential_check =
    std::function<task<bool>(context& ctx, const std::string& name, const std::string& secret)>;

middleware basic_layer(credential_check check, authentication_options options);
middleware bearer_layer(credential_check check, authentication_options options);
middleware api_key_layer(credential_check check, api_key_options options);

template <class T>
struct user_of {
  static constexpr bool is_known = false;
};
template <class User>
struct user_of<std::optional<User>> {
  static constexpr bool is_known = true;
  static constexpr bool waits = false;
};
template <class User>
struct user_of<task<std::optional<User>>> {
  static constexpr bool is_known = true;
  static constexpr bool waits = true;
};

template <class Check, class... Given>
constexpr bool is_check() {
  if constexpr (std::is_invocable_v<const Check&, const Given&...>)
    return user_of<std::invoke_result_t<const Check&, const Given&...>>::is_known;
  else return false;
}

template <class Check, class... Given>
task<bool> run_check(const Check& check, context& ctx, const Given&... given) {
  if constexpr (user_of<std::invoke_result_t<const Check&, const Given&...>>::waits) {
    auto asked = check(given...);
    auto user = co_await std::move(asked);
    if (!user) co_return false;
    ctx.put_local(std::move(*user));
  } else {
    auto user = check(given...);
    if (!user) co_return false;
    ctx.put_local(std::move(*user));
  }
  co_return true;
}

template <class Check>
credential_check check_of_secret(Check check) {
  constexpr bool fits = is_check<Check, std::string>();
  static_assert(fits,
                "weft: this authentication takes a function (const std::string& secret) that "
                "returns std::optional<User> or task<std::optional<User>>; it is called by several "
                "threads at once, so it must not be a mutable lambda");
  if constexpr (fits)
    return [check = std::move(check)](context& ctx, const std::string&, const std::string& secret) {
      return run_check(check, ctx, secret);
    };
}

}  // namespace detail

/// Asks for a name and a password by HTTP Basic; browsers show a dialog. Only over TLS: the
/// password is sent as it is, with each request.
///
/// @param check  `(const std::string& name, const std::string& password)` that returns who has
///               them, as std::optional<User> or task<std::optional<User>>. A handler takes
///               authenticated<User>. What it throws is answered like what a handler throws
/// @throws std::invalid_argument  the realm has a quote or a control byte
/// @source RFC 7617
/// @example tests/unit/web/middleware/authentication_test.cpp:basic
template <class Check>
middleware basic_auth(Check check, authentication_options options = {}) {
  constexpr bool fits = detail::is_check<Check, std::string, std::string>();
  static_assert(fits,
                "weft: basic_auth takes a function (const std::string& name, const std::string& "
                "password) that returns std::optional<User> or task<std::optional<User>>; it is "
                "called by several threads at once, so it must not be a mutable lambda");
  if constexpr (fits)
    return detail::basic_layer(
        [check = std::move(check)](context& ctx, const std::string& name,
                                   const std::string& password) {
          return detail::run_check(check, ctx, name, password);
        },
        std::move(options));
}

/// Asks for a token: `Authorization: Bearer <token>`.
///
/// @param check  `(const std::string& token)`, otherwise as basic_auth()
/// @throws as basic_auth()
/// @source RFC 6750
/// @example tests/unit/web/middleware/authentication_test.cpp:bearer
template <class Check>
middleware bearer_auth(Check check, authentication_options options = {}) {
  return detail::bearer_layer(detail::check_of_secret(std::move(check)), std::move(options));
}

/// Asks for a key in a header of its own. Never in the query, which is in logs and histories.
///
/// @param check  `(const std::string& key)`, otherwise as basic_auth()
/// @throws as basic_auth(); std::invalid_argument  the header is no field name
/// @example tests/unit/web/middleware/authentication_test.cpp:api_key
template <class Check>
middleware api_key_auth(Check check, api_key_options options = {}) {
  return detail::api_key_layer(detail::check_of_secret(std::move(check)), std::move(options));
}

}  // namespace weft
