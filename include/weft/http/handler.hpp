#pragma once

#include <weft/http/request.hpp>
#include <weft/http/response.hpp>
#include <weft/runtime/task.hpp>

#include <cstdint>
#include <optional>

namespace weft {

/// How a handler wants the body of a request.
struct body_plan {
  /// Whether the handler is called when the head is complete, and reads the body by body_stream.
  bool streams = false;
  std::optional<std::uint64_t> max_bytes;  ///< instead of http_limits::max_body_bytes
};

/// What a server calls for each request: the seam between the protocol and the application.
class http_handler {
public:
  virtual ~http_handler() = default;

  /// Called when the head of a request is complete, if a body follows it.
  virtual body_plan plan_body(const request& head) {
    static_cast<void>(head);
    return {};
  }

  /// Called when a server is about to shed a request (max_requests_in_flight, max_queue_delay).
  /// @return true for one that has to be answered all the same: a look at the server's health
  virtual bool is_never_shed(const request& head) {
    static_cast<void>(head);
    return false;
  }

  /// Answers one request.
  ///
  /// @param req  valid until the returned task has ended
  /// @param res  empty 200, to be filled; it outlives the task
  /// @throws anything: the server answers 500 and goes on
  virtual task<void> handle(const request& req, response& res) = 0;
};

}  // namespace weft
