#pragma once

#include <weft/http/request.hpp>
#include <weft/web/context.hpp>
#include <weft/web/entity_tag.hpp>
#include <weft/web/reply.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace weft {

/// What tells one state of a resource from others: a tag, the time of the last change, or both.
class validators {
public:
  /// Of something that is there and has neither.
  validators() noexcept = default;
  // NOLINTNEXTLINE(*-explicit-*): a tag is what most have
  validators(entity_tag tag) noexcept : tag_(std::move(tag)) {}
  explicit validators(std::chrono::sys_seconds modified) noexcept : modified_(modified) {}
  validators(std::optional<entity_tag> tag,
             std::optional<std::chrono::sys_seconds> modified) noexcept
      : tag_(std::move(tag)), modified_(modified) {}
  /// Of what does not exist (yet), for a request that would make it.
  static validators of_nothing() noexcept {
    validators none;
    none.exists_ = false;
    return none;
  }

  bool exists() const noexcept { return exists_; }
  const std::optional<entity_tag>& tag() const noexcept { return tag_; }
  const std::optional<std::chrono::sys_seconds>& modified() const noexcept { return modified_; }

private:
  std::optional<entity_tag> tag_;
  std::optional<std::chrono::sys_seconds> modified_;
  bool exists_ = true;
};

/// What the conditions of a request say about the present state.
enum class precondition {
  holds,         ///< go on
  not_modified,  ///< GET and HEAD: the client has it already, 304
  failed,        ///< 412
};

/// The conditions under which a request wants to be carried out: If-Match, If-None-Match,
/// If-Modified-Since and If-Unmodified-Since, for a handler that changes something:
///
///     app.put("/notes/{id}", [](weft::path<int> id, weft::preconditions when, ...) {
///       when.require(weft::entity_tag::strong(version_of(*id)));  // or the answer is a 412
///
/// with_validators and the middleware etag() heed them for GET and HEAD. A date that is none is as
/// not sent. A list that is malformed matches nothing, and where something would be changed because
/// of that (If-None-Match) the condition has failed.
/// @source RFC 9110 13
/// @example tests/unit/web/preconditions_test.cpp:conditional
class preconditions {
public:
  explicit preconditions(const request& req);
  static std::optional<preconditions> extract(context& ctx) { return preconditions(ctx.request()); }

  /// Whether there are any. Who insists on them answers with http_status::precondition_required.
  bool given() const noexcept;
  /// All four in their order (RFC 9110 13.2.2).
  precondition evaluate(const validators& current) const;
  /// @throws http_error  412 where the condition has failed
  void require(const validators& current) const;
  /// Whether a Range of this request is for the present state: what If-Range says, true without. A
  /// date counts only where there is no tag, since a client that knows a tag has to send it.
  bool range_applies(const validators& current) const;

private:
  std::optional<std::string> if_match_;
  std::optional<std::string> if_none_match_;
  std::optional<std::string> if_range_;
  std::optional<std::chrono::sys_seconds> if_modified_since_;
  std::optional<std::chrono::sys_seconds> if_unmodified_since_;
  bool is_read_ = false;  // GET or HEAD
};

namespace detail {

/// Adds ETag and Last-Modified to an answer of 2xx, and makes it a 304 or a 412 where the
/// conditions of a GET or HEAD say so.
void write_validators(context& ctx, const validators& current);

/// As a 304, or with 412, where the request's conditions say so.
void heed_preconditions(const request& req, const validators& current, response& res);

}  // namespace detail

/// What a handler returns together with its tag, its time of change, or both:
///
///     return weft::with_validators(note, weft::entity_tag::strong(note.version));
///
/// A GET or HEAD whose conditions fit is answered with 304 or 412 instead of the value.
/// @example tests/unit/web/preconditions_test.cpp:conditional
template <class T>
class with_validators {
public:
  with_validators(T value, validators current)
      : value_(std::move(value)), current_(std::move(current)) {}

  void reply_to(context& ctx) && {
    write_reply(ctx, std::move(value_));
    detail::write_validators(ctx, current_);
  }

private:
  T value_;
  validators current_;
};

template <std::size_t N>
with_validators(const char (&)[N], validators) -> with_validators<std::string>;

}  // namespace weft
