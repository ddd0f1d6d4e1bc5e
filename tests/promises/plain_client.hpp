#pragma once

#include <weft/http/limits.hpp>
#include <weft/http/method.hpp>
#include <weft/http/response_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/plain_socket.hpp"

namespace weft::test {

/// What came of one request.
struct plain_answer {
  enum class ending {
    whole,    ///< status and body as they were sent
    refused,  ///< the connection ended before a byte of an answer came
    cut,      ///< and here after some: it does not look complete
    wrong,    ///< no HTTP, or more than the answer
    late,     ///< the client's patience ended
  };
  ending how = ending::late;
  int status = 0;
  std::string body;
  std::string retry_after;  ///< that header; empty where there is none

  bool is(int wanted) const { return how == ending::whole && status == wanted; }
  /// Neither lost in silence nor mistaken for something else.
  bool is_clean() const { return how != ending::wrong && how != ending::late; }
};

/// A blocking HTTP client on a socket of its own, for threads that are no workers: it shares
/// nothing with what is under test but the parser of answers.
class plain_client {
public:
  /// Connects. is_open() says whether that went well.
  /// @param receive_buffer  of the socket; 0: the system's choice
  explicit plain_client(std::uint16_t port, int receive_buffer = 0);

  bool is_open() const noexcept { return socket_.is_open(); }
  int descriptor() const noexcept { return socket_.descriptor(); }
  /// @return false where the connection is broken
  bool send(std::string_view bytes) const { return socket_.send(bytes); }
  plain_answer read_answer(http_method asked = http_method::get);
  plain_answer ask(std::string_view request) {
    send(request);
    return read_answer();
  }
  /// Whether a read would not wait.
  bool has_something() const;
  /// Waits for the end of the connection. @return whether it came, and nothing before it
  bool is_ended_by_peer();
  void finish_writing() const noexcept { socket_.finish_writing(); }
  void reset() noexcept { socket_.reset(); }
  void close() noexcept { socket_.close(); }

private:
  plain_socket socket_;
  std::string unread_;
};

}  // namespace weft::test
