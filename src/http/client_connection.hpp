#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/base/error.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/response_parser.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/task.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::http {

/// One connection to a server: its bytes and the parser of the answers. Knows no time.
class client_connection {
public:
  /// @param limits  kept by reference   @param home  where it is made, and its socket waits
  client_connection(tcp_stream stream, const http_limits& limits, std::uint32_t home);

  /// Starts an exchange.
  void begin(http_method asked) noexcept;
  task<result<void>> write(std::string_view bytes);
  /// One step of the parser through what has been received.
  parse_event step();
  /// Waits for more bytes. What a body piece pointed into is overwritten.
  /// Cancel  nothing is lost
  task<result<void>> receive();

  response_parser& parser() noexcept { return parser_; }
  /// Whether bytes have come since begin().
  bool has_received() const noexcept { return received_; }
  /// Whether bytes are there that no answer has taken.
  bool has_unread() const noexcept { return parsed_ != in_.size(); }

  /// For who goes on in another protocol: the socket, and what was read ahead.
  tcp_stream& stream() noexcept { return stream_; }
  std::string take_unread() { return std::string(in_.view().substr(parsed_)); }

  /// For the pool.
  void rest() noexcept;
  /// Whether a resting connection can serve: the server has neither finished nor sent anything,
  /// which could be taken for the next answer.
  bool is_usable() const noexcept { return !stream_.is_readable(); }
  std::uint32_t home() const noexcept { return home_; }

private:
  void make_room();

  tcp_stream stream_;
  response_parser parser_;
  byte_buffer in_;
  std::size_t parsed_ = 0;
  std::uint32_t home_;
  bool received_ = false;
};

}  // namespace weft::http
