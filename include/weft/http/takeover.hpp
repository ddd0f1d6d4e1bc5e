#pragma once

#include <weft/base/error.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/task.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weft::http {

/// A connection that no longer speaks HTTP, on the server's side or the client's. It gives first
/// what had been read ahead.
///
/// Concurrent  as tcp_stream
class upgraded_stream {
public:
  /// @param stream  kept for as long as this
  upgraded_stream(std::shared_ptr<tcp_stream> stream, std::string read_ahead) noexcept
      : stream_(std::move(stream)), read_ahead_(std::move(read_ahead)) {}
  /// @param stream  must outlive this
  upgraded_stream(tcp_stream& stream, std::string read_ahead) noexcept
      : upgraded_stream(std::shared_ptr<tcp_stream>(std::shared_ptr<void>(), &stream),
                        std::move(read_ahead)) {}

  /// As tcp_stream's members of these names.
  task<result<std::size_t>> read_some(std::span<char> into);
  write_awaiter write_all(std::string_view from) noexcept { return stream_->write_all(from); }
  void finish_writing() noexcept { stream_->finish_writing(); }
  void abort(condition reason) noexcept { stream_->abort(reason); }
  endpoint remote() const { return stream_->remote(); }

private:
  std::shared_ptr<tcp_stream> stream_;
  std::string read_ahead_;
};

/// What speaks on a connection after a 101. Owned by the response.
class takeover {
public:
  virtual ~takeover() = default;

  /// The connection ends with the task. No time limit of HTTP holds any more; a stop of the server
  /// waits for it as for a request, and then cancels it.
  /// @param stream  valid until the task has ended
  virtual task<> run(upgraded_stream& stream) = 0;
};

}  // namespace weft::http
