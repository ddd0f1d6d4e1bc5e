#pragma once

#include <weft/http/server.hpp>
#include <weft/runtime/scheduler.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <future>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "promises/patience.hpp"
#include "support/models.hpp"

namespace weft::test {

/// A server on threads of its own, whose clients are plain threads: what happens to the server's
/// threads does not happen to them.
class background_server {
public:
  /// @throws std::runtime_error where it does not open
  /// @param before_serving  called on the server's thread when it is open
  background_server(const named_model& m, http_handler& handler, const http_limits& limits = {},
                    std::function<void()> before_serving = {})
      : server_(handler, options_with(limits)),
        before_serving_(std::move(before_serving)),
        thread_([this, m] { run(m); }) {
    if (!opened_.get_future().get()) {
      thread_.join();
      throw std::runtime_error("the server of a test does not open");
    }
    for (const endpoint& at : server_.addresses()) ports_.push_back(at.port);
  }
  ~background_server() { stop(); }
  background_server(const background_server&) = delete;
  background_server& operator=(const background_server&) = delete;

  /// Of the first of its two listeners.
  std::uint16_t port() const noexcept { return ports_.front(); }
  const std::vector<std::uint16_t>& ports() const noexcept { return ports_; }
  http_server& server() noexcept { return server_; }
  /// Until it is stopped.
  scheduler& workers() noexcept { return *workers_; }
  /// Stops it and waits for its end. @return whether that came without an exception
  bool stop() {
    server_.stop();
    if (thread_.joinable()) thread_.join();
    return failure_ == nullptr;
  }
  /// Whether serve() has returned, or thrown.
  bool has_ended() const noexcept { return ended_; }

private:
  static server_options options_with(const http_limits& limits) {
    server_options options;
    options.listen = {endpoint{"127.0.0.1", 0}, endpoint{"127.0.0.1", 0}};
    options.limits = limits;
    options.limits.idle_grace = duration{0};  // tests end with connections that are idle
    return options;
  }

  void run(const named_model& m) noexcept {
    try {
      scheduler workers(m.value, m.io);
      workers_ = &workers;
      workers.run(serve());
    } catch (...) {
      failure_ = std::current_exception();
    }
    ended_ = true;
  }

  task<> serve() {
    const auto opened = server_.open();
    opened_.set_value(opened.has_value());
    if (!opened) co_return;
    if (before_serving_) before_serving_();
    co_await server_.serve();
  }

  http_server server_;
  const std::function<void()> before_serving_;
  scheduler* workers_ = nullptr;  // known before it is opened
  std::promise<bool> opened_;
  std::vector<std::uint16_t> ports_;
  std::exception_ptr failure_;  // after the thread has ended
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

/// Waits until `holds` says so. On a plain thread.
template <class Holds>
bool within_reason(Holds holds) {
  const auto end = std::chrono::steady_clock::now() + patience();
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

/// How many descriptors this process has open.
inline std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

}  // namespace weft::test
