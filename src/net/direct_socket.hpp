#pragma once

#include "epoll_set.hpp"
#include "tcp_socket.hpp"

namespace weft::detail {

/// A socket whose readiness weft waits for itself (epoll_set.hpp): a read is one recv, when the
/// kernel says that there is something; a write is a send at once, and waits only for what did not
/// fit. In a keep-alive connection's steady state there is no other system call.
class direct_socket final : public tcp_socket, private watched {
public:
  explicit direct_socket(unique_descriptor connected) noexcept;

  bool start_read(read_wait& op, task_handle waiter) override;
  bool start_write(write_wait& op, task_handle waiter) override;
  bool try_write(write_wait& op) override;
  void cancel(socket_wait& op) noexcept override;

private:
  ~direct_socket() override = default;
  void end_aborted() noexcept override;
  void dispose() noexcept override;
  void serve(std::uint32_t events, woken_tasks& woken, look_time& when) noexcept override;
  void serve_reader(woken_tasks& woken, look_time& when) noexcept;
  void serve_writer(woken_tasks& woken) noexcept;

  /// One recv. @return whether the read has ended, by that or by an error
  bool receive(read_wait& op) noexcept;
  /// One send. @return whether the write has ended
  bool send_some(write_wait& op) const noexcept;

  // Under lock_, as is unread_.
  read_wait* reader_ = nullptr;
  write_wait* writer_ = nullptr;
  // There were bytes when nobody waited, so the kernel no longer reports them: the next read asks
  // for them itself. No more than a hint: who then waits has the kernel report them anew.
  bool unread_ = false;
};

}  // namespace weft::detail
