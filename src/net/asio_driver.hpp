#pragma once

#include <weft/runtime/io_driver.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <memory>

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

  const std::shared_ptr<boost::asio::io_context>& context() const noexcept { return context_; }

private:
  std::shared_ptr<boost::asio::io_context> context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::atomic<bool> taken_{false};
};

/// The io_context for the task that runs on this thread.
boost::asio::io_context& current_io_context();
/// The same, for what may outlive the scheduler.
std::shared_ptr<boost::asio::io_context> shared_io_context();

}  // namespace weft::detail
