#pragma once

#include <weft/base/error.hpp>
#include <weft/http/answer.hpp>
#include <weft/http/body_stream.hpp>
#include <weft/runtime/task.hpp>
#include <weft/testing/web/app_answer.hpp>

#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace weft::testing {

/// An answer whose body is read piece by piece, by whatever way it comes.
///
/// A reader that is slow slows the app down: in process a writer waits once sixteen writes have not
/// been read, over a socket once the system's buffers are full. In process each write is a piece.
/// An object that is destroyed before the end is a client that has gone.
/// Concurrent  one read() at a time
class app_stream : public http::answer_head {
public:
  app_stream(http::answer_head head, std::shared_ptr<http::body_source> body) noexcept
      : answer_head(std::move(head)), body_(std::move(body)) {}

  /// Waits for the next piece of the body.
  /// Cancel   ends the request; nothing more can be read
  /// @return  at least one byte; valid until the next read()
  /// @errors  condition::eof at the end of a whole body; condition::bad_input where it is cut off;
  ///          over a socket what http::answer_stream::read() says
  task<result<std::string_view>> read() { return body_->read(); }

  /// Whether all of the body has been read.
  bool complete() const noexcept { return body_->complete(); }
  /// What came behind a body without a length; valid once it is complete, as long as this object.
  std::span<const header_field> trailers() const noexcept {
    return complete() ? body_->trailers() : std::span<const header_field>();
  }

  /// Reads the rest and makes it a whole answer.
  /// Cancel   as read()
  /// @throws  std::system_error  with what read() gives but for eof
  task<app_answer> collect() &&;

private:
  std::shared_ptr<http::body_source> body_;
};

}  // namespace weft::testing
