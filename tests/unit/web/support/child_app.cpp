#include "unit/web/support/child_app.hpp"

#include "support/plain_socket.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <utility>

namespace {

std::string read_line(int from) {
  std::string line;
  char c = 0;
  while (::read(from, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

/// @return 0 where the line names none
int port_of(std::string_view line) {
  constexpr std::string_view before = "127.0.0.1:";
  const auto place = line.find(before);
  if (place == std::string_view::npos) return 0;
  return std::stoi(std::string(line.substr(place + before.size())));
}

}  // namespace

child_app::child_app(weft::app& app, const weft::run_options& options) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  // What waits in this process's buffers would come out of the child once more.
  std::cout.flush();
  std::fflush(nullptr);
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::_exit(app.run(options));
  }
  ::close(ends[1]);
  first_line_ = read_line(ends[0]);
  ::close(ends[0]);
  port_ = port_of(first_line_);
  if (port_ == 0) stop();
  CAPTURE(first_line_);
  REQUIRE(port_ != 0);
}

child_app::~child_app() { stop(); }

std::string child_app::exchange(std::string_view sent) const {
  const auto socket = weft::test::connected_to(static_cast<std::uint16_t>(port_));
  REQUIRE(socket.send(sent));
  std::string received;
  while (socket.receive(received) > 0) {}
  return received;
}

void child_app::ask_to_stop() const { ::kill(pid_, SIGTERM); }

int child_app::stop() {
  if (pid_ >= 0) ask_to_stop();
  return wait();
}

int child_app::wait() {
  const auto pid = std::exchange(pid_, -1);
  if (pid < 0) return -1;
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
