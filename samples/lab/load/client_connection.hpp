#pragma once

#include "http_reply_reader.hpp"

#include <netinet/in.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace lab {

using load_clock = std::chrono::steady_clock;

/// One connection of the generator: requests out, answers in, in order.
class client_connection {
public:
  enum class state { down, connecting, open };
  struct owed_reply {
    load_clock::time_point since;  ///< when it was due (open loop) or sent (closed loop)
    std::size_t kind;
    bool body_differs = false;
  };

  client_connection() = default;
  ~client_connection() { close(); }
  client_connection(const client_connection&) = delete;
  client_connection& operator=(const client_connection&) = delete;

  /// Starts to connect without waiting; the outcome comes as writable.
  /// @return whether it is under way
  bool connect(const sockaddr_in& peer);
  /// To be called when a connecting socket is writable. @return whether the peer accepted
  bool finish_connect();
  void close();

  /// Queues a request; flush() sends all that is queued.
  void ask(std::string_view request, const owed_reply& reply);
  /// @return false when the connection is broken
  bool flush();
  bool has_unsent() const { return sent_ < output_.size(); }

  int fd() const { return fd_; }
  state now() const { return state_; }
  std::deque<owed_reply>& owed() { return owed_; }
  http_reply_reader& reader() { return reader_; }

  bool watches_writable = false;
  int failures_in_row = 0;

private:
  int fd_ = -1;
  state state_ = state::down;
  std::size_t sent_ = 0;
  std::string output_;
  std::deque<owed_reply> owed_;
  http_reply_reader reader_;
};

}  // namespace lab
