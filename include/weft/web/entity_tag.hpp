#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weft {

/// The name of one state of a resource, for ETag and the conditions that compare it.
///
/// Two representations with the same strong tag are the same bytes; with the same weak one they may
/// stand for each other.
/// @source RFC 9110 8.8.3
/// @example tests/unit/web/preconditions_test.cpp:conditional
class entity_tag {
public:
  /// @param opaque  what stands between the quotes: a version, a revision, a hash
  /// @throws std::invalid_argument  it has a quote, a blank or a control byte
  static entity_tag strong(std::string_view opaque);
  /// As strong().
  static entity_tag weak(std::string_view opaque);
  /// The strong tag of these bytes, the same in every process and on every machine.
  /// Cost  a SHA-1 of the content
  static entity_tag of(std::string_view content);
  /// Reads what an ETag field says. @return nullopt where it is no entity tag
  static std::optional<entity_tag> parse(std::string_view field);

  bool is_weak() const noexcept { return text_.front() == 'W'; }
  /// As a field says it: "\"v1\"" or "W/\"v1\"".
  const std::string& text() const noexcept { return text_; }

  /// Both are strong and the same: the comparison of If-Match and If-Range.
  bool is_same_as(const entity_tag& other) const noexcept {
    return !is_weak() && text_ == other.text_;
  }
  /// The same, weak or not: the comparison of If-None-Match.
  bool is_like(const entity_tag& other) const noexcept { return quoted() == other.quoted(); }

private:
  explicit entity_tag(std::string text) noexcept : text_(std::move(text)) {}
  std::string_view quoted() const noexcept {
    return std::string_view(text_).substr(is_weak() ? 2 : 0);
  }

  std::string text_;
};

}  // namespace weft
