#pragma once

#include "transport.hpp"

#include <weft/http/handler.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/testing/web/app_transport.hpp>

#include <utility>

namespace weft::testing::detail {

/// Hands requests to the app in the process. Each is answered in a background task of the scheduler
/// that runs its client.
class in_process_transport final : public transport {
public:
  /// @param clock  whose time the wall clock goes by; both outlive this
  in_process_transport(http_handler& app, const in_process& options, const scheduler& clock)
      : app_(app), options_(options), clock_(clock), began_(clock.now()) {}

  task<result<app_stream>> open(http::client_request request) override;
  std::chrono::system_clock::time_point wall_clock() const override {
    return wall_began_ + (clock_.now() - began_);
  }

private:
  http_handler& app_;
  const in_process& options_;
  const scheduler& clock_;
  const time_point began_;
  const std::chrono::system_clock::time_point wall_began_ = std::chrono::system_clock::now();
};

}  // namespace weft::testing::detail
