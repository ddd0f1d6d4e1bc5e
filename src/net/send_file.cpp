#include "tcp_socket.hpp"

#include <weft/net/file.hpp>
#include <weft/net/tcp_stream.hpp>

#include <sys/sendfile.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <memory>

// sendfile(2) moves what the socket's buffer has room for. To wait for more room, a small piece is
// read and written the usual way: so it needs no wait of its own in any driver, and where the
// system cannot send a file by itself, the pieces are all there is.

namespace weft {
namespace {

constexpr std::size_t piece_bytes = 16 * 1024;
constexpr std::size_t most_at_once = 1024 * 1024;

std::error_code last_error() { return {errno, std::system_category()}; }

/// Keeps a write to a broken connection from raising SIGPIPE, which sendfile(2) has no flag for.
class without_sigpipe {
public:
  without_sigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  without_sigpipe(const without_sigpipe&) = delete;
  without_sigpipe& operator=(const without_sigpipe&) = delete;
  ~without_sigpipe() {
    if (sigismember(&before_, SIGPIPE) == 0) {
      if (broken_) take_signal();
      ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
  }
  void note_broken() noexcept { broken_ = true; }

private:
  void take_signal() noexcept {
    const std::timespec at_once{};
    while (::sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) {}
  }

  sigset_t pipe_;
  sigset_t before_;
  bool broken_ = false;
};

bool cannot_send_files(const std::error_code& error) {
  return error == std::errc::invalid_argument || error == std::errc::function_not_supported ||
         error == std::errc::operation_not_supported;
}

result<std::size_t> read_at(const file& from, char* into, std::size_t size, std::uint64_t offset) {
  for (;;) {
    const auto got = ::pread(from.descriptor(), into, size, static_cast<off_t>(offset));
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == 0) return make_error_code(condition::eof);
    if (errno != EINTR) return last_error();
  }
}

}  // namespace

namespace detail {

// Nothing else writes, and the descriptor is this task's until it is closed.
result<std::size_t> tcp_socket::try_send_file(int source, std::uint64_t offset, std::size_t size) {
  if (const int reason = writing_aborted_.load()) {
    return make_error_code(static_cast<condition>(reason));
  }
  without_sigpipe guard;
  auto from = static_cast<off_t>(offset);
  for (;;) {
    const auto sent = ::sendfile(descriptor_, source, &from, size);
    if (sent > 0) return static_cast<std::size_t>(sent);
    if (sent == 0) return make_error_code(condition::eof);
    if (errno == EINTR) continue;
    const std::error_code error = last_error();
    if (error == std::errc::broken_pipe) guard.note_broken();
    return error;
  }
}

}  // namespace detail

task<result<void>> tcp_stream::send_file(const file& from, std::uint64_t offset,
                                         std::uint64_t length) {
  std::unique_ptr<char[]> buffer;
  bool by_system = true;
  while (length != 0) {
    std::size_t moved = 0;
    if (by_system) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(length, most_at_once));
      const auto sent = socket_->try_send_file(from.descriptor(), offset, size);
      if (sent) moved = *sent;
      else if (cannot_send_files(sent.error())) by_system = false;
      else if (sent.error() != std::errc::operation_would_block) co_return sent.error();
    }
    if (moved == 0) {
      if (!buffer) buffer = std::make_unique_for_overwrite<char[]>(piece_bytes);
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(length, piece_bytes));
      const auto got = read_at(from, buffer.get(), size, offset);
      if (!got) co_return got.error();
      const auto written = co_await write_all({buffer.get(), *got});
      if (!written) co_return written.error();
      moved = *got;
    }
    offset += moved;
    length -= moved;
  }
  co_return result<void>();
}

}  // namespace weft
