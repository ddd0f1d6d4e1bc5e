#pragma once

#include <weft/http/request.hpp>
#include <weft/http/response.hpp>
#include <weft/runtime/task.hpp>

namespace weft {

/// What a server calls for each request: the seam between the protocol and the application.
class http_handler {
public:
  virtual ~http_handler() = default;

  /// Answers one request.
  ///
  /// @param req  valid until the returned task has ended
  /// @param res  empty 200, to be filled; it outlives the task
  /// @throws anything: the server answers 500 and goes on
  virtual task<void> handle(const request& req, response& res) = 0;
};

}  // namespace weft
