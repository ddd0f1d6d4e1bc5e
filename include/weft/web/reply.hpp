#pragma once

#include <weft/base/error.hpp>
#include <weft/web/context.hpp>
#include <weft/web/json/describe.hpp>
#include <weft/web/json/write.hpp>
#include <weft/web/operation.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

void write_text(context& ctx, std::string_view text);
void write_json_value(context& ctx, const void* value, const json_type& type,
                      json_style style = json_style::compact);
void write_location(context& ctx, http_status status, std::string_view location);
/// Answers with the status that `error` stands for; private codes go to the log.
void write_error(context& ctx, std::error_code error);
void write_nothing_found(context& ctx);

template <class T>
concept text_like = std::convertible_to<const T&, std::string_view>;

/// What it points to may be gone once the handler has ended. A const char* is taken for a literal.
template <class T>
inline constexpr bool is_borrowed_text = std::same_as<T, std::string_view>;

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<result<T>> = true;

template <class T>
inline constexpr bool is_optional_reply = false;
template <class T>
inline constexpr bool is_optional_reply<std::optional<T>> = true;

}  // namespace detail

/// A type that writes itself: the door for replies of your own.
template <class T>
concept self_reply = requires(T& value, context& ctx) { std::move(value).reply_to(ctx); };

namespace detail {

template <class T>
struct reply_traits {
  static constexpr bool value =
      self_reply<T> || std::same_as<T, response> || text_like<T> || json_writable<T>;
};
template <class T>
struct reply_traits<std::optional<T>> : reply_traits<T> {};
template <class T>
struct reply_traits<result<T>> {
  static constexpr bool value = std::is_void_v<T> || reply_traits<T>::value;
};

}  // namespace detail

/// What a handler may return, beside void and a task of it.
template <class T>
concept reply = detail::reply_traits<T>::value;

/// Writes what a handler returned straight into the response in the making:
/// text as text/plain, a described type as JSON, an empty optional as 404, a failed result as its
/// error. @param value  is used up
template <reply R>
void write_reply(context& ctx, R&& value) {
  using T = std::remove_cvref_t<R>;
  if constexpr (self_reply<T>) std::forward<R>(value).reply_to(ctx);
  else if constexpr (std::same_as<T, response>) ctx.response() = std::forward<R>(value);
  else if constexpr (detail::text_like<T>) detail::write_text(ctx, value);
  else if constexpr (detail::is_optional_reply<T>) {
    if (value) write_reply(ctx, std::move(*value));
    else detail::write_nothing_found(ctx);
  } else if constexpr (detail::is_result<T>) {
    if (!value) detail::write_error(ctx, value.error());
    else if constexpr (!std::is_void_v<typename T::value_type>) write_reply(ctx, std::move(*value));
    else ctx.response().set_status(http_status::no_content);
  } else {
    detail::write_json_value(ctx, &value, detail::json_type_of<T, detail::json_use::write>);
  }
}

namespace detail {

/// What a handler that returns a T answers.
template <class T>
void describe_reply(operation& op) {
  if constexpr (std::is_void_v<T>) op.answers_void();
  else if constexpr (self_described<T>) T::describe(op);
  else if constexpr (self_reply<T> || std::same_as<T, response>) {
    op.any_status();
    op.answers("*/*");
  } else if constexpr (text_like<T>) op.answers("text/plain", text_schema<std::string>());
  else if constexpr (is_optional_reply<T>) {
    describe_reply<typename T::value_type>(op);
    op.fails(http_status::not_found);
  } else if constexpr (is_result<T>) {
    if constexpr (std::is_void_v<typename T::value_type>) op.status(http_status::no_content);
    describe_reply<typename T::value_type>(op);
    op.may_fail();
  } else op.answers_json<T>();
}

}  // namespace detail

/// 201 with the new resource and where it is: `co_return created(item, "/items/7");`
template <class T>
class created {
public:
  created(T value, std::string location)
      : value_(std::move(value)), location_(std::move(location)) {}

  void reply_to(context& ctx) && {
    detail::write_location(ctx, http_status::created, location_);
    write_reply(ctx, std::move(value_));
  }
  static void describe(operation& op) {
    op.status(http_status::created);
    op.answer_header("Location", "Where the new resource is.");
    detail::describe_reply<T>(op);
  }

private:
  T value_;
  std::string location_;
};

/// Any other status with a value: `return with_status(http_status::accepted, job);`
template <class T>
class with_status {
public:
  with_status(http_status status, T value) : status_(status), value_(std::move(value)) {}

  void reply_to(context& ctx) && {
    ctx.response().set_status(status_);
    write_reply(ctx, std::move(value_));
  }
  static void describe(operation& op) {
    op.any_status();
    detail::describe_reply<T>(op);
  }

private:
  http_status status_;
  T value_;
};

/// A value as JSON in a style of one's own choice: `return with_style(json_style::pretty, item);`
template <json_writable T>
class with_style {
public:
  with_style(json_style style, T value) : style_(style), value_(std::move(value)) {}

  void reply_to(context& ctx) && {
    detail::write_json_value(ctx, &value_, detail::json_type_of<T, detail::json_use::write>,
                             style_);
  }
  static void describe(operation& op) { detail::describe_reply<T>(op); }

private:
  json_style style_;
  T value_;
};

// A literal stays a literal, and its length is not part of the type.
template <std::size_t N>
created(const char (&)[N], std::string) -> created<std::string>;
template <std::size_t N>
with_status(http_status, const char (&)[N]) -> with_status<std::string>;

/// 204.
class no_content {
public:
  void reply_to(context& ctx) && { ctx.response().set_status(http_status::no_content); }
  static void describe(operation& op) {
    op.status(http_status::no_content);
    op.answers_nothing();
  }
};

/// Sends the client to another path of this host, by default with 303 (a GET follows).
class redirect {
public:
  /// @param target  a path on this host, and perhaps a query: see is_local()
  /// @throws std::invalid_argument  any other target: an open redirect is a phisher's tool
  explicit redirect(std::string target, http_status status = http_status::see_other);

  /// True for "/items?page=2", false for "//host", other hosts and what a browser takes for one.
  static bool is_local(std::string_view target);

  void reply_to(context& ctx) && { detail::write_location(ctx, status_, target_); }
  static void describe(operation& op) {
    op.status(http_status::see_other);
    op.answer_header("Location", "Where to go on.");
    op.answers_nothing();
  }

private:
  std::string target_;
  http_status status_;
};

}  // namespace weft
