#pragma once

#include "listening_socket.hpp"
#include "readiness.hpp"
#include "unique_descriptor.hpp"

#include <utility>

namespace weft::detail {

/// A listening socket that waits in the driver's own epoll set.
class direct_listener final : public listening_socket {
public:
  explicit direct_listener(unique_descriptor listening)
      : listening_socket(listening.get()), listening_(new readiness(std::move(listening))) {}

  task<result<void>> acceptable() override;

private:
  void close_descriptor() noexcept override { listening_->close(); }

  watched_descriptor listening_;
};

}  // namespace weft::detail
