#include "asio_driver.hpp"

#include "asio_wait.hpp"
#include "close_on_exec.hpp"
#include "portable_listener.hpp"
#include "portable_socket.hpp"
#ifdef __linux__
#include "direct_driver.hpp"
#endif

#include <weft/net/operation_memory.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace weft::detail {
namespace {

namespace asio = boost::asio;

std::unique_ptr<io_driver> make_driver([[maybe_unused]] io_kind kind) {
#ifdef __linux__
  if (kind != io_kind::portable) return std::make_unique<direct_driver>();
#endif
  return std::make_unique<asio_driver>();
}

}  // namespace

/// A handler without a purpose but its run, in memory of its own: an interruption cannot fail. It
/// outlives the driver where the io_context does.
struct asio_driver::interruption {
  struct handler {
    using allocator_type = operation_allocator<void*>;
    allocator_type get_allocator() const noexcept { return allocator_type(self->memory); }
    void operator()() const noexcept { self->is_pending.exchange(false); }
    std::shared_ptr<interruption> self;
  };

  std::atomic<bool> is_pending{false};
  operation_memory memory;  // of who has set the flag, until it is taken back
};

asio_driver::asio_driver()
    : context_(std::make_shared<asio::io_context>()),
      work_(asio::make_work_guard(*context_)),
      interruption_(std::make_shared<interruption>()) {
  // The first socket makes the reactor, which takes descriptors: fail here or not at all.
  const asio::ip::tcp::socket makes_reactor(*context_);
}

bool asio_driver::try_acquire() noexcept {
  return !taken_.load(std::memory_order_relaxed) &&
         !taken_.exchange(true, std::memory_order_acquire);
}

void asio_driver::release() noexcept { taken_.store(false, std::memory_order_release); }

bool asio_driver::poll() { return context_->poll() != 0; }

void asio_driver::block(duration timeout) {
  run_one(timeout);
  // The reactor has queued everything that was ready; deliver all of it in this one turn.
  context_->poll();
}

bool asio_driver::run_one(duration timeout) {
  if (timeout < duration::zero()) return context_->run_one() != 0;
  return context_->run_one_for(timeout) != 0;
}

// One is enough until it has been run: whoever runs it looks at everything afterwards. Both sides
// change the flag by a read-modify-write, so the later one sees what the earlier one did before.
void asio_driver::interrupt() noexcept {
  if (interruption_->is_pending.exchange(true)) return;
  asio::post(*context_, interruption::handler{interruption_});
}

owned_socket asio_driver::adopt(const stream_protocol& protocol, unique_descriptor connected) {
  return owned_socket(new portable_socket(protocol, std::move(connected)));
}

std::unique_ptr<listening_socket> asio_driver::adopt_listener(const stream_protocol& protocol,
                                                              unique_descriptor listening) {
  return std::make_unique<portable_listener>(context_, protocol, std::move(listening));
}

task<result<unique_descriptor>> asio_driver::connect(socket_address to) {
  using socket_type = asio::basic_stream_socket<stream_protocol, asio::io_context::executor_type>;
  socket_type socket(*context_);
  auto start = [&](auto handler) { socket.async_connect(to, without_value(std::move(handler))); };
  asio_wait<bool, decltype(start)> connecting(context_, "connect", start);
  auto connected = co_await connecting;
  if (!connected) co_return connected.error();
  // Out of this task's driver: the stream joins that of the task that uses it first.
  boost::system::error_code failed;
  unique_descriptor descriptor(socket.release(failed));
  if (failed) co_return std::error_code(failed);
  close_on_exec(descriptor.get());
  co_return std::move(descriptor);
}

std::shared_ptr<epoll_set> asio_driver::direct_set() const noexcept { return nullptr; }

asio_driver& current_driver() {
  return static_cast<asio_driver&>(attached_io_driver(&make_driver));
}

asio::io_context& current_io_context() { return *current_driver().context(); }

std::shared_ptr<asio::io_context> shared_io_context() { return current_driver().context(); }

}  // namespace weft::detail
