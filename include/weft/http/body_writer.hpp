#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/task.hpp>

#include <cstdint>
#include <string_view>

namespace weft {

class file;

/// Where the body of a streamed answer is written.
///
/// The head goes out with the first bytes. Each write is sent before it completes, so a slow reader
/// slows the producer down and nothing piles up in between.
/// Concurrent  writes of several tasks go out one after the other, each whole
class body_writer {
public:
  virtual ~body_writer() = default;

  /// Completes  when the system has taken all of the bytes for sending
  /// Cancel     the answer is cut off: an unknown part of the bytes was sent
  /// Cost       a system call for up to 32 KiB, so small pieces are better collected
  /// @errors  condition::closed after an error, and once the answer has ended; condition::canceled;
  ///          condition::timed_out where the peer takes nothing; condition::limit_exceeded past the
  ///          announced length; the system's code for a broken connection
  virtual task<result<void>> write(std::string_view bytes) = 0;

  /// Writes a part of a file.
  /// Cancel   as write()
  /// @errors  as write(); condition::eof where the file is shorter; the system's codes
  virtual task<result<void>> write_file(const file& from, std::uint64_t offset,
                                        std::uint64_t length) = 0;

  /// Sends the head if it has not gone yet: for a body whose first bytes come late.
  /// Cancel, @errors  as write()
  virtual task<result<void>> flush() = 0;

  /// Adds a field behind the body. Sent where the body is chunked: HTTP/1.1 without a length.
  /// @throws std::invalid_argument as response::set_header()
  virtual void add_trailer(std::string_view name, std::string_view value) = 0;
};

namespace http {

/// What writes the body of a streamed answer, after the head. Owned by the response.
class body_producer {
public:
  virtual ~body_producer() = default;

  /// Writes the body. The answer is complete when the task has ended; where it throws, or has
  /// written less than the announced length, the connection is cut, so that the peer sees it.
  /// Not called where there is no body to send: HEAD, 204, 304.
  /// @param out  valid until the task has ended
  virtual task<> produce(body_writer& out) = 0;

  /// Whether its body has no end of its own: then its waits end with condition::canceled as soon as
  /// the server stops. Others have until drain_timeout.
  virtual bool ends_with_stop() const noexcept { return false; }
};

}  // namespace http
}  // namespace weft
