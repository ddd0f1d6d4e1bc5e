#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

/// One thing that is wrong with a document, and where.
struct json_issue {
  std::string pointer;  ///< RFC 6901: "/items/3/quantity"; empty is the whole document
  std::string message;  ///< completes the sentence "the value ...": "must be an integer"
};

/// How reading a document ended: well, with a text that is no JSON (a 400), or with JSON that does
/// not fit the type (a 422 with all its issues, in the order of the document).
///
/// The good outcome owns nothing and costs no allocation.
class [[nodiscard]] json_outcome {
public:
  json_outcome() noexcept = default;

  /// @param literal  fixed text, not copied  @param offset  of the byte at which reading stopped
  static json_outcome syntax_error(std::string_view literal, std::size_t offset) {
    json_outcome outcome;
    outcome.state_ = state::syntax;
    outcome.message_ = literal;
    outcome.offset_ = offset;
    return outcome;
  }
  /// @param issues  at least one
  static json_outcome invalid(std::vector<json_issue> issues) {
    json_outcome outcome;
    outcome.state_ = state::invalid;
    outcome.issues_ = std::move(issues);
    return outcome;
  }

  bool ok() const noexcept { return state_ == state::ok; }
  explicit operator bool() const noexcept { return ok(); }
  bool is_syntax_error() const noexcept { return state_ == state::syntax; }
  bool is_invalid() const noexcept { return state_ == state::invalid; }

  /// What is wrong with the text, fit for a client; empty unless it is a syntax error.
  std::string_view message() const noexcept { return message_; }
  /// The byte of the text at which reading stopped; 0 unless it is a syntax error.
  std::size_t offset() const noexcept { return offset_; }
  /// Empty unless the document is invalid.
  const std::vector<json_issue>& issues() const& noexcept { return issues_; }
  std::vector<json_issue> issues() && noexcept { return std::move(issues_); }

private:
  enum class state : unsigned char { ok, syntax, invalid };

  state state_ = state::ok;
  std::size_t offset_ = 0;
  std::string_view message_;
  std::vector<json_issue> issues_;
};

}  // namespace weft
