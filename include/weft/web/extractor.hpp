#pragma once

#include <weft/runtime/task.hpp>
#include <weft/web/context.hpp>
#include <weft/web/operation.hpp>
#include <weft/web/text_value.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

/// An extractor that waits: for the body, or for a database that knows who asks.
template <class T>
concept waiting_extractor =
    std::is_class_v<T> && std::move_constructible<T> && requires(context& ctx) {
      { T::extract(ctx) } -> std::same_as<task<std::optional<T>>>;
    };

/// A part of a request that a handler takes by value.
///
/// extract() returns nothing where the request does not have what is asked for, and has then told
/// context::reject() so. One of your own works like those of weft:
///
///     struct client_name {
///       static std::optional<client_name> extract(weft::context& ctx);
///       std::string text;
///     };
///
/// One that has to wait returns a task<std::optional<T>>. It runs after those that do not wait, and
/// only where they have rejected nothing; several of them run in the order of the parameters.
/// @example tests/unit/web/waiting_extractor_test.cpp:extractor
template <class T>
concept extractor = waiting_extractor<T> ||
                    (std::is_class_v<T> && std::move_constructible<T> && requires(context& ctx) {
                      { T::extract(ctx) } -> std::same_as<std::optional<T>>;
                    });

namespace detail {

/// Bases that say how an extractor takes the body: from request::body(), or in pieces as it comes.
struct whole_body_reader {
  using reads_body = void;
};
struct body_streamer {
  using streams_body = void;
};

/// A literal as a template argument.
template <std::size_t N>
struct fixed_string {
  // NOLINTNEXTLINE(*-explicit-*): header<"Accept"> converts
  consteval fixed_string(const char (&literal)[N]) { std::copy_n(literal, N, text); }
  constexpr std::string_view view() const noexcept { return {text, N - 1}; }
  char text[N];
};

/// What the extractors that hold one value have in common.
template <class T>
class extracted {
public:
  explicit extracted(T&& value) noexcept(std::is_nothrow_move_constructible_v<T>)
      : value_(std::move(value)) {}

  T& operator*() & noexcept { return value_; }
  const T& operator*() const& noexcept { return value_; }
  T&& operator*() && noexcept { return std::move(value_); }
  T* operator->() noexcept { return &value_; }
  const T* operator->() const noexcept { return &value_; }

private:
  T value_;
};

/// text_value<T>::read() without its type.
using text_reader = std::string (*)(std::string_view text, void* out);

template <class T>
std::string read_as(std::string_view text, void* out) {
  return text_value<T>::read(text, *static_cast<T*>(out));
}

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
struct value_type_of {
  using type = T;
};
template <class T>
struct value_type_of<std::optional<T>> {
  using type = T;
};

/// Reads the value that an optional holds, or T itself.
template <class T>
std::string read_value(std::string_view text, void* out) {
  if constexpr (is_optional<T>)
    return read_as<typename T::value_type>(text, &static_cast<T*>(out)->emplace());
  else return read_as<T>(text, out);
}

}  // namespace detail
}  // namespace weft
