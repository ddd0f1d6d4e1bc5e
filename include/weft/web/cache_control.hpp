#pragma once

#include <weft/http/response.hpp>
#include <weft/web/context.hpp>
#include <weft/web/reply.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace weft {

/// How long an answer may be kept, and by whom: the field Cache-Control.
///
///     weft::cache_control{.max_age = 1h, .is_public = true}
///
/// @source RFC 9111 5.2.2; RFC 8246 (immutable); RFC 5861 (stale answers)
/// @example tests/unit/web/cache_control_test.cpp:caching
struct cache_control {
  std::optional<std::chrono::seconds> max_age{};
  std::optional<std::chrono::seconds> shared_max_age{};  ///< s-maxage, for caches of many people
  std::optional<std::chrono::seconds> stale_while_revalidate{};
  std::optional<std::chrono::seconds> stale_if_error{};
  bool is_public = false;         ///< also where the request had an Authorization
  bool is_private = false;        ///< by the browser alone
  bool no_cache = false;          ///< kept, but never used without asking
  bool no_store = false;          ///< not kept at all
  bool must_revalidate = false;   ///< not used when it has become old, whatever happens
  bool proxy_revalidate = false;  ///< as must_revalidate, for caches of many people
  bool no_transform = false;      ///< passed on as it is
  bool immutable = false;         ///< not asked for again, even by a reload

  /// The value of the field; empty where nothing is said.
  /// @throws std::invalid_argument  a time is negative; what may be kept may not be kept
  ///         (no_store),
  ///                                or is for all and for the browser alone
  std::string text() const;
  /// Sets the field, for middleware and for what with_caching cannot say. @throws as text()
  void add_to(response& res) const;
};

/// What a handler returns together with its Cache-Control:
///
///     return weft::with_caching(prices, {.max_age = 30s});
///
/// An answer of 4xx or 5xx is sent without it.
/// @example tests/unit/web/cache_control_test.cpp:caching
template <class T>
class with_caching {
public:
  /// @throws as cache_control::text()
  with_caching(T value, const cache_control& how) : value_(std::move(value)), text_(how.text()) {}

  void reply_to(context& ctx) && {
    write_reply(ctx, std::move(value_));
    auto& res = ctx.response();
    if (static_cast<unsigned>(res.status()) < 400) res.set_header("Cache-Control", text_);
  }

private:
  T value_;
  std::string text_;
};

template <std::size_t N>
with_caching(const char (&)[N], cache_control) -> with_caching<std::string>;
template <class T>
with_caching(T, cache_control) -> with_caching<T>;

}  // namespace weft
