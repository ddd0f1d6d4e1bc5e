#pragma once

#include "echo_load.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

namespace micro {

using load_clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const char* what);

/// Many connections to one echo server, each with one message under way at most.
class echo_client {
public:
  explicit echo_client(const load_plan& plan);
  ~echo_client();
  echo_client(const echo_client&) = delete;
  echo_client& operator=(const echo_client&) = delete;

  /// Sends the next message of a connection whose last one is back.
  /// @param meant_for  the time that its round trip counts from
  void send(std::size_t connection, load_clock::time_point meant_for);

  struct answer {
    std::size_t connection;
    double milliseconds;
  };
  /// The messages that came back; waits for the first one, at most until `until`.
  const std::vector<answer>& wait(load_clock::time_point until);

  std::size_t size() const { return connections_.size(); }

private:
  struct connection {
    int fd = -1;
    std::size_t missing = 0;  // bytes of its message that are not back yet
    load_clock::time_point meant_for;
  };

  void open(const sockaddr_in& to);
  bool read(connection& c);

  int epoll_;
  int timer_;
  std::vector<connection> connections_;
  std::vector<answer> answers_;
};

}  // namespace micro
