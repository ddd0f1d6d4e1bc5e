#pragma once

#include <weft/base/error.hpp>
#include <weft/http/client_request.hpp>
#include <weft/runtime/task.hpp>
#include <weft/testing/web/app_stream.hpp>

#include <chrono>

namespace weft::testing::detail {

/// How requests reach the app: in the process, or over a socket.
class transport {
public:
  virtual ~transport() = default;

  /// @param request  whose URL is absolute
  /// @return the answer when its head is there
  virtual task<result<app_stream>> open(http::client_request request) = 0;

  /// The wall clock of the app: in virtual time it goes as that does.
  virtual std::chrono::system_clock::time_point wall_clock() const = 0;
};

}  // namespace weft::testing::detail
