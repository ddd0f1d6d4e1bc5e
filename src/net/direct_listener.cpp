#include "direct_listener.hpp"

#include <sys/epoll.h>

namespace weft::detail {

task<result<void>> direct_listener::acceptable() {
  auto waited = co_await listening_->wait(EPOLLIN, "tcp_listener::accept");
  co_return waited;
}

}  // namespace weft::detail
