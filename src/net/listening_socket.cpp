#include "listening_socket.hpp"

#include "socket_address.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <mutex>

namespace weft::detail {

// Not through Asio, which would register the new descriptor with this task's driver.
result<unique_descriptor> listening_socket::try_accept() noexcept {
  std::lock_guard held(lock_);
  if (closed_) return condition::closed;
  const int accepted = ::accept4(descriptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted < 0) return std::error_code(errno, std::system_category());
  return unique_descriptor(accepted);
}

void listening_socket::close() noexcept {
  std::lock_guard held(lock_);
  if (!closed_) close_descriptor();
  closed_ = true;
}

bool listening_socket::is_open() const noexcept {
  std::lock_guard held(lock_);
  return !closed_;
}

endpoint listening_socket::local() const {
  std::lock_guard held(lock_);
  if (closed_) return {};
  return endpoint_of(descriptor_, &::getsockname);
}

}  // namespace weft::detail
