#pragma once

#include <weft/http/body_stream.hpp>
#include <weft/runtime/task.hpp>
#include <weft/web/context.hpp>
#include <weft/web/extractor.hpp>
#include <weft/web/path.hpp>
#include <weft/web/reply.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

// From a handler's signature to a function that reads the arguments, calls it and writes what it
// returns. Here is only what depends on types; all else is behind plain functions of a .cpp.
namespace weft::detail {

template <class T>
inline constexpr bool is_path = false;
template <class T>
inline constexpr bool is_path<path<T>> = true;

template <class T>
concept handler_argument =
    std::same_as<T, const request&> || std::same_as<T, context&> ||
    std::same_as<T, const context&> || std::same_as<T, body_stream> || is_path<T> || extractor<T>;

/// An extractor behind a reference, which would dangle.
template <class T>
concept borrowed_argument =
    std::is_reference_v<T> && !handler_argument<T> && handler_argument<std::remove_cvref_t<T>>;

template <class T>
concept known_argument = handler_argument<T> || borrowed_argument<T>;

template <class R>
struct task_result {
  using type = R;
  static constexpr bool is_task = false;
};
template <class R>
struct task_result<task<R>> {
  using type = R;
  static constexpr bool is_task = true;
};

/// Where an argument stays between the request and the call. What makes it without waiting is there
/// once this is made, all else after wait().
template <class P>
class argument {
public:
  argument(context& ctx, std::size_t path_index) : value_(extract(ctx, path_index)) {}
  P&& take() noexcept { return std::move(*value_); }

private:
  static std::optional<P> extract(context& ctx, [[maybe_unused]] std::size_t path_index) {
    if constexpr (is_path<P>) return P::extract(ctx, path_index);
    else return P::extract(ctx);
  }
  std::optional<P> value_;
};

template <waiting_extractor P>
class argument<P> {
public:
  argument(context&, std::size_t) noexcept {}
  P&& take() noexcept { return std::move(*value_); }

  task<void> wait(context& ctx) {
    auto value = co_await P::extract(ctx);
    if (value) value_.emplace(std::move(*value));
  }

private:
  std::optional<P> value_;
};

template <>
class argument<const request&> {
public:
  argument(context& ctx, std::size_t) noexcept : request_(ctx.request()) {}
  const request& take() const noexcept { return request_; }

private:
  const request& request_;
};

template <>
class argument<body_stream> {
public:
  argument(context& ctx, std::size_t) : value_(ctx.request()) {}
  body_stream&& take() noexcept { return std::move(value_); }

private:
  body_stream value_;
};

template <class Context>
  requires std::same_as<const Context, const context>
class argument<Context&> {
public:
  argument(context& ctx, std::size_t) noexcept : context_(ctx) {}
  Context& take() const noexcept { return context_; }

private:
  context& context_;
};

/// An extractor that takes the body from request::body() says so by a member `reads_body`.
template <class P>
concept reads_whole_body = requires { typename P::reads_body; };

/// And one that takes it piece by piece by a member `streams_body`.
template <class P>
concept reads_body_pieces = std::same_as<P, body_stream> || requires { typename P::streams_body; };

/// How many path<...> stand before each parameter.
template <class... P>
consteval auto path_indices() {
  std::array<std::size_t, sizeof...(P)> indices{};
  [[maybe_unused]] std::size_t i = 0;
  [[maybe_unused]] std::size_t paths = 0;
  ((indices[i++] = paths, paths += is_path<P> ? 1 : 0), ...);
  return indices;
}

/// void, unless the handler filled the response itself.
inline void write_void(context& ctx) {
  auto& res = ctx.response();
  if (res.status() == http_status::ok && res.body().empty() && res.producer() == nullptr)
    res.set_status(http_status::no_content);
}

/// A handler of any type behind one plain interface.
struct bound_handler {
  std::shared_ptr<const void> handler;
  void (*answer)(const void* handler, context& ctx) = nullptr;     ///< of a plain function
  task<void> (*run)(const void* handler, context& ctx) = nullptr;  ///< of a coroutine
  std::size_t path_arguments = 0;
  bool streams_body = false;  ///< it takes its body piece by piece, and nothing takes it whole
  std::vector<const std::type_info*> states;  ///< types that app::state() has to provide
  void (*describe)(operation& op) = nullptr;  ///< for the OpenAPI document
};

template <class F, class R, class... P>
struct handler_binding {
  static_assert((!borrowed_argument<P> && ...),
                "weft: a handler takes its extractors by value, path<T> and not path<T>& or const "
                "path<T>&: a reference would outlive what it refers to");
  static_assert(
      (known_argument<P> && ...),
      "weft: a handler's parameter is one of the extractors path<T>, query<T>, "
      "query_value<\"name\", T>, header<\"Name\">, cookie<\"name\", T>, json<T>, patch<T>, "
      "form<T>, "
      "multipart, state<T>, body, body_stream, client_address (or one of your own), const request& "
      "or context&");
  static constexpr bool streams_body = (reads_body_pieces<P> || ...);
  static constexpr bool waits = (waiting_extractor<P> || ...);
  static_assert(
      !streams_body || (!reads_whole_body<P> && ...),
      "weft: a handler takes its body piece by piece, as body_stream, or whole, as json<T> "
      "or body, but not both");
  static_assert((0 + ... + (reads_body_pieces<P> ? 1 : 0)) <= 1,
                "weft: a handler takes the pieces of its body once: as body_stream, as multipart, "
                "or as a form<T> with uploads");
  // A form has the body in it when the handler is called.
  static_assert(task_result<R>::is_task || ((!reads_body_pieces<P> || waiting_extractor<P>)&&...),
                "weft: a handler that takes a body_stream waits for the body's pieces, so it is a "
                "coroutine: it returns a task");
  static_assert(std::is_invocable_v<const F&, P...>,
                "weft: a handler is called by several threads at once, so it must not be a mutable "
                "lambda; keep what changes in weft::guarded and take it as state<T>");

  using traits = task_result<R>;
  using value = typename traits::type;
  static_assert(std::is_void_v<value> || reply<std::remove_cvref_t<value>>,
                "weft: a handler returns void, text, a type that can be written as JSON (describe "
                "it with BOOST_DESCRIBE_STRUCT), std::optional or weft::result of such, created, "
                "with_status, no_content, redirect, stream, response, or a task of one of these");
  static_assert(!is_borrowed_text<value> || (!traits::is_task && (std::is_reference_v<P> && ...)),
                "weft: this handler returns a view of text that may be gone before the answer is "
                "written; return std::string");

  static constexpr bool fits = (handler_argument<P> && ...) &&
                               std::is_invocable_v<const F&, P...> &&
                               (std::is_void_v<value> || reply<std::remove_cvref_t<value>>);

  using arguments = std::tuple<argument<P>...>;

  static arguments read(context& ctx) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      [[maybe_unused]] constexpr auto indices = path_indices<P...>();
      return arguments{argument<P>(ctx, indices[I])...};
    }(std::index_sequence_for<P...>{});
  }

  static R call(const void* handler, arguments& from) {
    return std::apply(
        [&](auto&... held) -> R { return (*static_cast<const F*>(handler))(held.take()...); },
        from);
  }

  static void answer(const void* handler, context& ctx) {
    arguments from = read(ctx);
    if (ctx.rejection() == nullptr) write_result(ctx, handler, from);
  }

  static void write_result(context& ctx, const void* handler, arguments& from) {
    if constexpr (std::is_void_v<R>) {
      call(handler, from);
      write_void(ctx);
    } else {
      write_reply(ctx, call(handler, from));
    }
  }

  static task<void> run(const void* handler, context& ctx) {
    arguments from = read(ctx);
    if constexpr (waits) co_await wait(ctx, from);
    if (ctx.rejection() != nullptr) co_return;
    if constexpr (!traits::is_task) {
      write_result(ctx, handler, from);
    } else {
      R running = call(handler, from);
      if constexpr (std::is_void_v<value>) {
        co_await std::move(running);
        write_void(ctx);
      } else {
        value answer = co_await std::move(running);
        write_reply(ctx, std::move(answer));
      }
    }
  }

  /// For the arguments that wait, in their order, as long as nothing is rejected.
  template <std::size_t I = 0>
  static task<void> wait(context& ctx, arguments& from) {
    if constexpr (I < sizeof...(P)) {
      if (ctx.rejection() != nullptr) co_return;
      using one = std::tuple_element_t<I, arguments>;
      if constexpr (requires(one& held) { held.wait(ctx); }) co_await std::get<I>(from).wait(ctx);
      co_await wait<I + 1>(ctx, from);
    }
    co_return;
  }

  template <class Q>
  static void note_state(bound_handler& out) {
    if constexpr (requires { Q::state_type(); }) out.states.push_back(&Q::state_type());
  }

  template <class Q>
  static void describe_argument(operation& op) {
    if constexpr (self_described<Q>) Q::describe(op);
    else if constexpr (std::same_as<Q, body_stream>) op.takes_bytes();
    else if constexpr (std::same_as<Q, context&>) op.fills_response();
  }
  static void describe(operation& op) {
    (describe_argument<P>(op), ...);
    describe_reply<std::remove_cvref_t<value>>(op);
  }

  static bound_handler make(F function) {
    bound_handler out;
    if constexpr (fits) {
      out.handler = std::make_shared<const F>(std::move(function));
      if constexpr (traits::is_task || waits) out.run = &run;
      else out.answer = &answer;
      out.streams_body = streams_body;
      out.describe = &describe;
      out.path_arguments = (std::size_t{0} + ... + (is_path<P> ? 1 : 0));
      (note_state<P>(out), ...);
    }
    return out;
  }
};

template <class F, class Call = F>
struct handler_binding_for {
  static constexpr bool known = false;
};
template <class F, class R, class... P>
struct handler_binding_for<F, R (*)(P...)> : handler_binding<F, R, P...> {
  static constexpr bool known = true;
};
template <class F, class R, class... P>
struct handler_binding_for<F, R (*)(P...) noexcept> : handler_binding_for<F, R (*)(P...)> {};
template <class F, class C, class R, class... P>
struct handler_binding_for<F, R (C::*)(P...)> : handler_binding_for<F, R (*)(P...)> {};
template <class F, class C, class R, class... P>
struct handler_binding_for<F, R (C::*)(P...) const> : handler_binding_for<F, R (*)(P...)> {};
template <class F, class C, class R, class... P>
struct handler_binding_for<F, R (C::*)(P...) noexcept> : handler_binding_for<F, R (*)(P...)> {};
template <class F, class C, class R, class... P>
struct handler_binding_for<F, R (C::*)(P...) const noexcept> : handler_binding_for<F, R (*)(P...)> {
};

template <class F>
  requires requires { &F::operator(); }
struct handler_binding_for<F, F> : handler_binding_for<F, decltype(&F::operator())> {};

template <class F>
bound_handler bind_handler(F function) {
  static_assert(handler_binding_for<F>::known,
                "weft: a handler is one function or lambda whose parameter types are spelled out; "
                "from `auto` or an overload set weft cannot tell what to take from the request");
  if constexpr (handler_binding_for<F>::known)
    return handler_binding_for<F>::make(std::move(function));
  else return {};
}

}  // namespace weft::detail
