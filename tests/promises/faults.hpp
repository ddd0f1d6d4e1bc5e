#pragma once

#include <cstdint>

namespace weft::test {

/// What may fail. The program is linked with --wrap for each of the system's.
enum class fallible : std::uint8_t {
  accept,
  recv,
  send,
  sendfile,
  epoll_ctl,
  epoll_wait,
  epoll_create,
  eventfd,
  timerfd,
  socket,
  allocation,  ///< by operator new, with std::bad_alloc
};

/// While this lives the n-th such call of the process fails, counted over all threads that are not
/// spared. One at a time.
class failing_call {
public:
  enum class lasting { no, yes };  ///< with yes all that follow fail as well
  /// Instead of an error: the call moves one byte.
  static constexpr int moves_one_byte = 0;

  /// @param nth    from 1
  /// @param error  what errno says; means nothing for an allocation
  failing_call(fallible what, std::int64_t nth, int error, lasting l = lasting::no) noexcept;
  ~failing_call();
  failing_call(const failing_call&) = delete;
  failing_call& operator=(const failing_call&) = delete;

  bool has_failed() const noexcept { return failures() > 0; }
  std::int64_t failures() const noexcept;
};

/// While this lives the calls of this thread neither fail nor count.
class spared_thread {
public:
  spared_thread() noexcept;
  ~spared_thread();
  spared_thread(const spared_thread&) = delete;
  spared_thread& operator=(const spared_thread&) = delete;
};

/// The bytes that operator new has given out and not got back. 0 under a sanitizer that replaces
/// it.
std::uint64_t allocated_bytes() noexcept;

}  // namespace weft::test
