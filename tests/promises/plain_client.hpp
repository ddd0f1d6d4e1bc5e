#pragma once

#include <weft/http/limits.hpp>
#include <weft/http/method.hpp>
#include <weft/http/response_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

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
  plain_client(plain_client&& other) noexcept;
  plain_client& operator=(plain_client&& other) noexcept;
  ~plain_client() { close(); }

  bool is_open() const noexcept { return descriptor_ >= 0; }
  int descriptor() const noexcept { return descriptor_; }
  /// @return false where the connection is broken
  bool send(std::string_view bytes) const;
  plain_answer read_answer(http_method asked = http_method::get);
  plain_answer ask(std::string_view request) {
    send(request);
    return read_answer();
  }
  /// Waits for the end of the connection. @return whether it came, and nothing before it
  bool is_ended_by_peer();
  void finish_writing() const noexcept;
  void reset() noexcept;
  void close() noexcept;

private:
  int descriptor_ = -1;
  std::string unread_;
};

}  // namespace weft::test
