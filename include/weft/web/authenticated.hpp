#pragma once

#include <weft/web/context.hpp>

#include <optional>
#include <string>
#include <typeinfo>

namespace weft {

namespace detail {

/// An authentication stands before the handler, and may have let somebody through unknown.
struct authentication_mark {
  std::string credentials{};  // those that were good; empty where none were shown
};

/// Rejects with a 401. @throws std::logic_error  no authentication stands before the handler
void reject_unknown_user(context& ctx, const std::type_info& type);

}  // namespace detail

/// Who asks, as basic_auth(), bearer_auth() or api_key_auth() has found out: the object of type
/// User that its check has returned.
///
/// Where the authentication lets requests without credentials through, such a request is answered
/// with a 401 and the challenge; a handler for both asks context::find_local<User>().
/// @example tests/unit/web/middleware/authentication_test.cpp:basic
template <class User>
class authenticated {
public:
  explicit authenticated(User& user) noexcept : user_(&user) {}

  User& operator*() const noexcept { return *user_; }
  User* operator->() const noexcept { return user_; }

  /// @throws std::logic_error  no authentication stands before the handler: that is the server's
  ///                           mistake, and answered with 500
  static std::optional<authenticated> extract(context& ctx) {
    User* const user = ctx.find_local<User>();
    if (user != nullptr) return authenticated(*user);
    detail::reject_unknown_user(ctx, typeid(User));
    return std::nullopt;
  }

private:
  User* user_;  // the context's
};

}  // namespace weft
