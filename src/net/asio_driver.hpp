#pragma once

#include <weft/runtime/io_driver.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>

namespace weft::detail {

/// The portable driver: an io_context that whoever holds the token runs. Under `sharded` and
/// `threads` each worker has one for itself.
class asio_driver final : public io_driver {
public:
  asio_driver();

  bool try_acquire() noexcept override;
  void release() noexcept override;
  bool poll() override;
  void block(duration timeout) override;
  void interrupt() noexcept override;

  boost::asio::io_context& context() noexcept { return context_; }

private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::atomic<bool> taken_{false};
};

/// The io_context for the task that runs on this thread.
boost::asio::io_context& current_io_context();

}  // namespace weft::detail
