#pragma once

#include "unique_descriptor.hpp"

#include <weft/base/error.hpp>
#include <weft/net/endpoint.hpp>
#include <weft/runtime/detail/spinlock.hpp>
#include <weft/runtime/task.hpp>

namespace weft::detail {

/// A listening descriptor: what both kinds of I/O have in common. It is used by the accepting task,
/// by the driver, and by close().
class listening_socket {
public:
  listening_socket(const listening_socket&) = delete;
  listening_socket& operator=(const listening_socket&) = delete;
  virtual ~listening_socket() = default;

  /// Takes a connection that is there. @return a descriptor that does not block
  /// @errors std::errc::operation_would_block where there is none; condition::closed; the system's
  result<unique_descriptor> try_accept() noexcept;
  /// Waits until try_accept() is worth a call. One task at a time.
  virtual task<result<void>> acceptable() = 0;
  /// Ends acceptable(). Any thread.
  void close() noexcept;
  bool is_open() const noexcept;
  endpoint local() const;

protected:
  explicit listening_socket(int descriptor) noexcept : descriptor_(descriptor) {}

  int descriptor() const noexcept { return descriptor_; }

private:
  virtual void close_descriptor() noexcept = 0;

  const int descriptor_;
  mutable spinlock lock_;  // the descriptor stays this socket's while somebody is in a system call
  bool closed_ = false;
};

}  // namespace weft::detail
