#include "asio_driver.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

namespace weft::detail {

asio_driver::asio_driver()
    : context_(std::make_shared<boost::asio::io_context>()),
      work_(boost::asio::make_work_guard(*context_)) {
  // The first socket makes the reactor, which takes descriptors: fail here or not at all.
  const boost::asio::ip::tcp::socket makes_reactor(*context_);
}

bool asio_driver::try_acquire() noexcept {
  return !taken_.load(std::memory_order_relaxed) &&
         !taken_.exchange(true, std::memory_order_acquire);
}

void asio_driver::release() noexcept { taken_.store(false, std::memory_order_release); }

bool asio_driver::poll() { return context_->poll() != 0; }

void asio_driver::block(duration timeout) {
  if (timeout < duration::zero()) context_->run_one();
  else context_->run_one_for(timeout);
  // The reactor has queued everything that was ready; deliver all of it in this one turn.
  context_->poll();
}

void asio_driver::interrupt() noexcept {
  boost::asio::post(*context_, [] {});
}

boost::asio::io_context& current_io_context() { return *shared_io_context(); }

std::shared_ptr<boost::asio::io_context> shared_io_context() {
  io_driver& driver = attached_io_driver(
      []() -> std::unique_ptr<io_driver> { return std::make_unique<asio_driver>(); });
  return static_cast<asio_driver&>(driver).context();
}

}  // namespace weft::detail
