#include "web/line_writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <system_error>
#include <utility>

namespace weft::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto gathering = 20ms;
constexpr auto farewell = 1s;
constexpr int look_at_stop_every = 50;  // milliseconds
// POSIX: poll() says that a pipe has room where it has it for so much, and writes of so much are
// whole, so that lines of several processes do not mix.
constexpr std::size_t piece_bytes = PIPE_BUF;

/// Ends with a line where there is an end of one in it.
std::string_view first_piece(std::string_view text) {
  if (text.size() <= piece_bytes) return text;
  const auto end = text.rfind('\n', piece_bytes - 1);
  return text.substr(0, end == std::string_view::npos ? piece_bytes : end + 1);
}

// Signals are for the threads of the program; a reader that has gone is an error of write().
void block_signals() noexcept {
  ::sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

line_writer::line_writer(int descriptor, ownership owns, std::size_t most_waiting)
    : descriptor_(descriptor), owns_(owns), most_waiting_(most_waiting) {
  waiting_.reserve(most_waiting);
  writing_.reserve(most_waiting);
  thread_ = std::thread([this] { run(); });
}

line_writer::~line_writer() {
  {
    const std::scoped_lock lock(mutex_);
    give_up_at_ = steady_clock::now() + farewell;
    is_stopping_.store(true, std::memory_order_release);
  }
  something_to_do_.notify_one();
  thread_.join();
  if (owns_ == ownership::owned) ::close(descriptor_);
}

void line_writer::write(std::string_view line) noexcept {
  bool wakes = false;
  {
    const std::scoped_lock lock(mutex_);
    if (line.size() > most_waiting_ - waiting_.size()) {
      ++dropped_;
    } else {
      waiting_.append(line);
    }
    wakes = std::exchange(is_idle_, false);
  }
  if (wakes) something_to_do_.notify_one();
}

void line_writer::run() noexcept {
  block_signals();
  while (take()) put_all();
}

/// @return false where there is nothing and never will be
bool line_writer::take() noexcept {
  std::unique_lock lock(mutex_);
  const auto stopping = [this] { return is_stopping_.load(std::memory_order_relaxed); };
  while (waiting_.empty() && dropped_ == 0 && !stopping()) {
    is_idle_ = true;
    something_to_do_.wait(lock);
  }
  is_idle_ = false;
  something_to_do_.wait_for(lock, gathering, stopping);
  std::swap(waiting_, writing_);
  unreported_ += std::exchange(dropped_, 0);
  return !writing_.empty() || unreported_ != 0;
}

void line_writer::put_all() noexcept {
  bool goes_on = true;
  for (std::string_view text = writing_; !text.empty();) {
    const auto piece = first_piece(text);
    goes_on = goes_on && put(piece);
    if (!goes_on) unreported_ += static_cast<std::uint64_t>(std::ranges::count(piece, '\n'));
    text.remove_prefix(piece.size());
  }
  writing_.clear();
  const bool is_over = is_stopping_.load(std::memory_order_acquire);
  if (unreported_ != 0 && goes_on &&
      put("{\"dropped_lines\":" + std::to_string(unreported_) + "}\n"))
    unreported_ = 0;
  else if (is_over) unreported_ = 0;  // nobody is left to be told
}

bool line_writer::put(std::string_view text) noexcept {
  while (!text.empty()) {
    if (!wait_for_room()) return false;
    const auto written = ::write(descriptor_, text.data(), text.size());
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    else if (written == 0 || (errno != EINTR && errno != EAGAIN)) return false;
  }
  return true;
}

bool line_writer::wait_for_room() const noexcept {
  while (!is_stopping_.load(std::memory_order_acquire) || steady_clock::now() < give_up_at_) {
    ::pollfd room{descriptor_, POLLOUT, 0};
    const int ready = ::poll(&room, 1, look_at_stop_every);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
  return false;
}

}  // namespace weft::detail

namespace weft {

using detail::line_writer;

std::shared_ptr<log_sink> log_to_file(const std::string& path, std::size_t most_waiting) {
  constexpr int mode = 0640;  // addresses of people are not for everybody
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, mode);
  if (descriptor < 0)
    throw std::system_error(errno, std::generic_category(), "weft::log_to_file: " + path);
  return std::make_shared<line_writer>(descriptor, line_writer::ownership::owned, most_waiting);
}

std::shared_ptr<log_sink> log_to_standard_output() {
  constexpr std::size_t most_waiting = 1024 * 1024;
  static const auto shared =
      std::make_shared<line_writer>(STDOUT_FILENO, line_writer::ownership::borrowed, most_waiting);
  return shared;
}

}  // namespace weft
