#pragma once

#include "web/multipart_parser.hpp"

#include <weft/base/error.hpp>
#include <weft/http/body_stream.hpp>
#include <weft/runtime/task.hpp>
#include <weft/web/context.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace weft::detail {

/// A form's parts, from a body that arrives. What multipart and its parts share.
class multipart_reader {
public:
  multipart_reader(context& ctx, std::string_view boundary)
      : body_(ctx.request()),
        parser_(boundary, form_limits_of(ctx)),
        answer_(ctx.late_rejection()) {}

  /// Goes to the next part, past what is left of this one. @errors condition::eof behind the last
  task<result<part_head>> next_part();
  /// The next piece of a part. @errors condition::eof at its end, condition::closed past it
  task<result<std::string_view>> read(std::size_t part);
  /// Of the part at hand, from 1 on.
  std::size_t number() const noexcept { return number_; }
  bool complete() const noexcept { return complete_; }

  /// Answers the request with this, and reads no more. @return what the caller fails with
  std::error_code refuse(http_status status, std::string text);

private:
  task<result<multipart_event>> advance();

  body_stream body_;
  multipart_parser parser_;
  std::shared_ptr<late_rejection> answer_;
  std::string_view unread_;  // of the piece at hand
  std::error_code end_;      // once there is nothing more to read
  std::size_t number_ = 0;
  bool in_part_ = false;
  bool complete_ = false;
};

/// The boundary of a request that is multipart/form-data.
/// @return nullopt where it was rejected: 415 for another media type, 400 without a boundary
std::optional<std::string> require_boundary(context& ctx);

}  // namespace weft::detail
