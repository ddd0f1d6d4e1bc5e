#include "direct_driver.hpp"

#include "direct_listener.hpp"
#include "direct_socket.hpp"
#include "readiness.hpp"

#include <weft/net/operation_memory.hpp>
#include <weft/runtime/detail/threading.hpp>

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace weft::detail {
namespace {

// How long what waits in Asio may be passed over while sockets are busy.
constexpr auto between_looks_at_asio = std::chrono::microseconds(100);

std::error_code last_error() noexcept { return {errno, std::system_category()}; }

}  // namespace

/// The wait of Asio's reactor for the nested set. It outlives the driver where the io_context does.
struct direct_driver::nesting {
  struct handler {
    using allocator_type = operation_allocator<void*>;
    allocator_type get_allocator() const noexcept { return allocator_type(self->memory); }
    void operator()(const boost::system::error_code& error) const {
      self->waits = false;
      if (!error) self->delivered += self->set->deliver();
    }
    std::shared_ptr<nesting> self;
  };

  explicit nesting(std::shared_ptr<epoll_set> s) noexcept : set(std::move(s)) {}

  const std::shared_ptr<epoll_set> set;
  bool waits = false;
  std::size_t delivered = 0;  // by the handler
  operation_memory memory;
};

direct_driver::direct_driver()
    : set_(std::make_shared<epoll_set>()),
      nesting_(std::make_shared<nesting>(set_)),
      nested_(*context(), set_->descriptor()) {}

// The descriptor is the set's: sockets that live on may need it.
direct_driver::~direct_driver() { nested_.release(); }

bool direct_driver::poll() {
  is_busy_ = set_->deliver() != 0;
  return look_at_asio_if_due() || is_busy_;
}

bool direct_driver::look_at_asio_if_due() {
  const time_point now = os_now();
  if (now - looked_at_asio_ < between_looks_at_asio) return false;
  looked_at_asio_ = now;
  return asio_driver::poll();
}

void direct_driver::block(duration timeout) {
  if (is_busy_ && poll()) return;
  // The last look found nothing, so a wait that was begun before it misses nothing.
  if (!nesting_->waits) nest();
  nesting_->delivered = 0;
  run_one(timeout);
  is_busy_ = nesting_->delivered > 1;
  // Where it was not the set, it was Asio's: deliver all that the reactor has found.
  if (nesting_->delivered == 0) asio_driver::poll();
}

// Asio's reactor is edge-triggered: it sees what becomes ready from now on, and what is ready now,
// since beginning a wait makes the kernel look.
void direct_driver::nest() {
  nesting_->waits = true;
  nested_.async_wait(boost::asio::posix::descriptor_base::wait_read, nesting::handler{nesting_});
}

// ------------------------------------------------------------------ sockets

owned_socket direct_driver::adopt(const stream_protocol&, unique_descriptor connected) {
  return owned_socket(new direct_socket(std::move(connected)));
}

std::unique_ptr<listening_socket> direct_driver::adopt_listener(const stream_protocol&,
                                                                unique_descriptor listening) {
  return std::make_unique<direct_listener>(std::move(listening));
}

task<result<unique_descriptor>> direct_driver::connect(socket_address to) {
  const int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  unique_descriptor descriptor(::socket(to.protocol().family(), type, 0));
  if (descriptor.get() < 0) co_return last_error();
  if (::connect(descriptor.get(), to.data(), static_cast<socklen_t>(to.size())) == 0) {
    co_return std::move(descriptor);
  }
  if (errno != EINPROGRESS && errno != EINTR) co_return last_error();

  // Ended with this task: the stream joins the driver of the task that uses it first.
  const watched_descriptor connecting(new readiness(std::move(descriptor)));
  auto waited = co_await connecting->wait(EPOLLOUT, "connect");
  if (!waited) co_return waited.error();
  int failure = 0;
  socklen_t size = sizeof failure;
  ::getsockopt(connecting->descriptor(), SOL_SOCKET, SO_ERROR, &failure, &size);
  if (failure != 0) co_return std::error_code(failure, std::system_category());
  co_return connecting->take();
}

}  // namespace weft::detail
