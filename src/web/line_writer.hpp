#pragma once

#include <weft/base/clock.hpp>
#include <weft/web/log_sink.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace weft::detail {

/// Writes lines to a descriptor on a thread of its own.
///
/// Lines gather in waiting_, under the lock. The thread swaps it for its own empty text and writes
/// that without the lock, so who writes a line never waits for the descriptor. The thread sleeps
/// while there is nothing (is_idle_, the only time in which it has to be woken), and lets lines
/// gather for a moment before it takes them, so that a busy server does not wake it for each.
/// Both texts have all their memory from the beginning: write() allocates nothing.
///
/// The end: the destructor sets is_stopping_, the thread writes what waits and gives up when the
/// descriptor takes nothing until give_up_at_. It writes only after poll() has said that there is
/// room, and no more than a pipe takes at once, so it is never inside a write that cannot end.
class line_writer final : public log_sink {
public:
  enum class ownership { owned, borrowed };
  /// @param descriptor  closed at the end if it is this one's own
  line_writer(int descriptor, ownership owns, std::size_t most_waiting);
  ~line_writer() override;
  line_writer(const line_writer&) = delete;
  line_writer& operator=(const line_writer&) = delete;

  void write(std::string_view line) noexcept override;

private:
  void run() noexcept;
  bool take() noexcept;
  void put_all() noexcept;
  bool put(std::string_view text) noexcept;
  bool wait_for_room() const noexcept;

  const int descriptor_;
  const ownership owns_;
  const std::size_t most_waiting_;

  std::mutex mutex_;
  std::condition_variable something_to_do_;
  std::string waiting_;
  std::uint64_t dropped_ = 0;
  bool is_idle_ = false;
  std::atomic<bool> is_stopping_{false};  // set under the lock, also looked at without
  time_point give_up_at_{};               // written before is_stopping_ is set

  std::string writing_;           // the thread's alone
  std::uint64_t unreported_ = 0;  // likewise: lines that are lost and not told of
  std::thread thread_;
};

}  // namespace weft::detail
