#pragma once

#include "transport.hpp"

#include <weft/http/client.hpp>
#include <weft/http/handler.hpp>
#include <weft/http/server.hpp>
#include <weft/runtime/background_scheduler.hpp>
#include <weft/testing/web/app_transport.hpp>

#include <future>
#include <optional>

namespace weft::testing::detail {

/// An app that is served beside the test, on a port of its own, and a client of it.
class served_app {
public:
  /// @throws std::system_error  it cannot listen
  served_app(http_handler& app, const over_socket& options);
  ~served_app();
  served_app(const served_app&) = delete;
  served_app& operator=(const served_app&) = delete;

  scheduler& tasks() noexcept { return side_.tasks(); }
  http::client& client() noexcept { return *client_; }
  endpoint address() const { return server_.local(); }

private:
  task<result<void>> open();
  task<> close_client();

  background_scheduler side_;
  http_server server_;
  std::optional<http::client> client_;
  std::future<void> serving_;
};

/// Sends requests to it by http::client.
class socket_transport final : public transport {
public:
  explicit socket_transport(http::client& client) noexcept : client_(client) {}

  task<result<app_stream>> open(http::client_request request) override;
  std::chrono::system_clock::time_point wall_clock() const override {
    return std::chrono::system_clock::now();
  }

private:
  http::client& client_;
};

}  // namespace weft::testing::detail
