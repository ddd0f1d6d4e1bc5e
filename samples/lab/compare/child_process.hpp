#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace lab {

/// SIGINT or SIGTERM came: everything unwinds, so that every child is ended.
class interrupted : public std::runtime_error {
public:
  interrupted() : std::runtime_error("interrupted") {}
};

/// Turns SIGINT and SIGTERM into `interrupted`, thrown out of the next wait.
void catch_interrupts();

/// A program that runs beside this one and does not outlive it.
///
/// Its standard output is read here, its standard error goes where ours goes. It is killed when
/// this process dies in whatever way.
class child_process {
public:
  /// @param arguments  the program's path first
  /// @param core  run on this core only; -1 for any
  /// @throws std::runtime_error when it cannot be started
  explicit child_process(const std::vector<std::string>& arguments, int core = -1);
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  pid_t pid() const { return pid_; }
  /// The next line of its output. @return nullopt when it ended or the time is over
  std::optional<std::string> read_line(std::chrono::milliseconds patience);
  /// All of its output until it ends.
  std::string read_all(std::chrono::milliseconds patience);
  /// Asks it to end, and kills it when it does not within two seconds.
  void stop();

private:
  bool read_more(std::chrono::steady_clock::time_point until);
  bool has_ended();

  pid_t pid_ = -1;
  int output_ = -1;
  std::string unread_;
};

}  // namespace lab
