#include "child_process.hpp"

#include "../load/process_meter.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

namespace lab {
namespace {

using clock = std::chrono::steady_clock;

volatile std::sig_atomic_t interrupt_seen = 0;

void note_interrupt(int) { interrupt_seen = 1; }

void throw_if_interrupted() {
  if (interrupt_seen != 0) throw interrupted();
}

int milliseconds_until(clock::time_point until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

// Only async-signal-safe calls: this runs between fork and exec.
[[noreturn]] void become(char* const* arguments, int output, int core, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // it died before the line above
  if (core >= 0) pin_to_core(core);
  ::dup2(output, STDOUT_FILENO);
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = note_interrupt;  // without SA_RESTART: waits are to end
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

child_process::child_process(const std::vector<std::string>& arguments, int core) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);

  std::array<int, 2> pipe_ends;
  if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe for a child");
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(pointers.data(), pipe_ends[1], core, parent);
  ::close(pipe_ends[1]);
  output_ = pipe_ends[0];
  if (pid_ < 0) {
    ::close(output_);
    throw std::runtime_error("cannot start " + arguments.front() + ": " + std::strerror(errno));
  }
}

child_process::~child_process() {
  stop();
  ::close(output_);
}

std::optional<std::string> child_process::read_line(std::chrono::milliseconds patience) {
  const auto until = clock::now() + patience;
  for (;;) {
    if (const auto end = unread_.find('\n'); end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    if (!read_more(until)) return std::nullopt;
  }
}

std::string child_process::read_all(std::chrono::milliseconds patience) {
  const auto until = clock::now() + patience;
  while (read_more(until)) {}
  return std::exchange(unread_, {});
}

// Returns false at the end of the output, or of the time.
bool child_process::read_more(clock::time_point until) {
  pollfd readable{output_, POLLIN, 0};
  const int ready = ::poll(&readable, 1, milliseconds_until(until));
  throw_if_interrupted();
  if (ready <= 0) return false;
  std::array<char, 65536> bytes;
  const ssize_t got = ::read(output_, bytes.data(), bytes.size());
  if (got <= 0) return false;
  unread_.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

bool child_process::has_ended() {
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == 0) return false;
  pid_ = -1;
  return true;
}

void child_process::stop() {
  if (pid_ < 0 || has_ended()) return;
  ::kill(pid_, SIGTERM);
  const auto until = clock::now() + std::chrono::seconds(2);
  while (clock::now() < until) {
    if (has_ended()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
}

}  // namespace lab
