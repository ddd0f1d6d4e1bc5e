#include "client_connection.hpp"

#include <algorithm>
#include <utility>

namespace weft::http {

namespace {

constexpr std::size_t first_buffer_bytes = 4 * 1024;
// Large bodies are read by pieces of this size: fewer calls, and the memory stays flat.
constexpr std::size_t most_buffer_bytes = 64 * 1024;

}  // namespace

client_connection::client_connection(tcp_stream stream, const http_limits& limits,
                                     std::uint32_t home)
    : stream_(std::move(stream)), parser_(limits), home_(home) {}

void client_connection::begin(http_method asked) noexcept {
  parser_.reset(asked);
  received_ = false;
}

task<result<void>> client_connection::write(std::string_view bytes) {
  auto written = co_await stream_.write_all(bytes);
  co_return written;
}

parse_event client_connection::step() {
  const auto [event, consumed] = parser_.next(in_.view().substr(parsed_));
  parsed_ += consumed;
  return event;
}

task<result<void>> client_connection::receive() {
  make_room();
  const std::size_t room = in_.capacity() - in_.size();
  auto got = co_await stream_.read_some({in_.prepare(room), room});
  if (!got) co_return got.error();
  in_.commit(*got);
  received_ = true;
  co_return result<void>{};
}

// A buffer that the last read has filled grows, for a body up to a size, for a head that is not
// complete for as long as the parser accepts it.
void client_connection::make_room() {
  const bool was_full = in_.size() == in_.capacity();
  in_.consume(parsed_);
  parsed_ = 0;
  const std::size_t room = in_.capacity() - in_.size();
  const bool grows = was_full && in_.capacity() < most_buffer_bytes;
  if (in_.capacity() == 0) in_.reserve(first_buffer_bytes);
  else if (grows || room < in_.capacity() / 4) in_.reserve(in_.capacity() * 2);
}

void client_connection::rest() noexcept {
  in_.clear();
  parsed_ = 0;
  in_.shrink(first_buffer_bytes);
}

}  // namespace weft::http
