#pragma once

#include <weft/http/request.hpp>
#include <weft/http/response.hpp>
#include <weft/runtime/task.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace weft {

class context;
class middleware;

/// What stands behind a middleware: the next one, or in the end the handler.
class next {
public:
  next(weft::context& ctx, std::span<const middleware> layers) noexcept
      : context_(&ctx), layers_(layers) {}

  /// The answer to `req`. Never fails: what goes wrong further in has become its problem+json, so
  /// a log, or a header on every answer, needs no try block.
  ///
  /// @param req  the request at hand or a changed one; it outlives the returned task
  task<response> operator()(const request& req) const;

  weft::context& context() const noexcept { return *context_; }

private:
  weft::context* context_;
  std::span<const middleware> layers_;
};

/// A function around handlers: `(const request&, next) -> task<response>`.
///
/// It may answer by itself, look at the request first, or change the answer on its way out. What it
/// throws is answered like what a handler throws. The one registered first is the outermost.
/// Concurrent  called by several threads at once
/// @example tests/unit/web/middleware_test.cpp:middleware
class middleware {
public:
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, middleware>)
  middleware(F function)  // NOLINT(*-explicit-*): a function is what people write
      : function_(std::make_shared<const F>(std::move(function))), call_(&call<F>) {}

  task<response> operator()(const request& req, next inner) const {
    return call_(function_.get(), req, inner);
  }

  /// Whether one is the other, or a copy of it.
  bool operator==(const middleware& other) const noexcept { return function_ == other.function_; }

private:
  template <class F>
  static task<response> call(const void* function, const request& req, next inner) {
    constexpr bool fits = std::is_invocable_r_v<task<response>, const F&, const request&, next>;
    static_assert(fits,
                  "weft: a middleware is a function (const request&, next) that returns "
                  "task<response>; it is called by several threads at once, so it must not be a "
                  "mutable lambda");
    if constexpr (fits) return (*static_cast<const F*>(function))(req, inner);
  }

  std::shared_ptr<const void> function_;
  task<response> (*call_)(const void* function, const request& req, next inner);
};

}  // namespace weft
