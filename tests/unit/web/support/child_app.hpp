#pragma once

#include <weft/web/app.hpp>

#include <sys/types.h>

#include <string>
#include <string_view>

/// An app that serves in a child process, since app::run() ends by a signal.
class child_app {
public:
  /// Waits until the child listens.
  child_app(weft::app& app, const weft::run_options& options);
  child_app(const child_app&) = delete;
  child_app& operator=(const child_app&) = delete;
  ~child_app();

  const std::string& first_line() const { return first_line_; }
  int port() const { return port_; }

  /// Sends bytes on a new connection. @return all that comes until the peer closes it
  std::string exchange(std::string_view sent) const;
  /// Sends SIGTERM.
  void ask_to_stop() const;
  /// Waits for its end. @return the exit code, -1 for a child that was killed
  int wait();
  /// Sends SIGTERM and waits. @return as wait()
  int stop();

private:
  pid_t pid_ = -1;
  int port_ = 0;
  std::string first_line_;
};
