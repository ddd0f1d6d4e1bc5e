#pragma once

#include <weft/web/context.hpp>
#include <weft/web/reply.hpp>

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace weft {

/// Which media types the client wants, and how much.
///
///     app.get("/report", [](weft::accept wanted) -> weft::either<report, weft::content> {
///       const auto type = wanted.require({"application/json", "text/csv"});
///       if (type == "text/csv") return weft::content("text/csv", csv_of(made));
///       return made;
///     });
///
/// The answer says that it depends on the field (Vary). The most specific range that fits a type
/// decides, and of types that are wanted as much the first is taken. A client that says nothing
/// takes everything.
/// @source RFC 9110 12.5.1
/// @example tests/unit/web/accept_test.cpp:accept
class accept {
public:
  explicit accept(const request& req);
  static std::optional<accept> extract(context& ctx);

  /// @param offers  "text/html", or with parameters: "application/json;version=2"
  /// @return one of the offers, a view of the same text; nullopt where none is wanted
  std::optional<std::string_view> best(std::initializer_list<std::string_view> offers) const;
  /// As best(). @throws http_error  406, with the offers, where none is wanted
  std::string_view require(std::initializer_list<std::string_view> offers) const;

private:
  std::string field_;
};

/// Which languages the client wants. As accept, but that there is always one: a page in another
/// language is better than none.
/// @source RFC 9110 12.5.4, RFC 4647 3
/// @example tests/unit/web/accept_test.cpp:accept_language
class accept_language {
public:
  explicit accept_language(const request& req);
  static std::optional<accept_language> extract(context& ctx);

  /// "de" is for who wants "de-CH", and "de-CH" for who wants "de".
  /// @param offers  language tags, the first of which is for who wants none of them; not empty
  std::string_view best(std::initializer_list<std::string_view> offers) const;

private:
  std::string field_;
};

/// Text, or any bytes, of a media type: `return weft::content("text/csv", rows);`
class content {
public:
  /// @param type  a literal: not copied
  content(const char* type, std::string body) noexcept : type_(type), body_(std::move(body)) {}

  void reply_to(context& ctx) && {
    ctx.response().set_content_type(type_);
    ctx.response().body().append(body_);
  }

private:
  const char* type_;
  std::string body_;
};

/// One of several replies, for a handler that decides as it runs. Made of any of them.
template <reply... Replies>
class either {
public:
  template <class R>
    requires(std::same_as<std::remove_cvref_t<R>, Replies> || ...)
  either(R&& one) : one_(std::forward<R>(one)) {}  // NOLINT(*-explicit-*): it is what is returned

  void reply_to(context& ctx) && {
    std::visit([&ctx](auto& one) { write_reply(ctx, std::move(one)); }, one_);
  }

private:
  std::variant<Replies...> one_;
};

}  // namespace weft
