#pragma once

#include <weft/base/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>

namespace weft {

/// How much of what a peer may send or take. The answer past a limit names the member.
///
/// Every value counts as it stands: 0 allows nothing, it never means "no limit".
struct http_limits {
  // The head. Line ends are not counted in the request line, and are in the header block.
  std::size_t max_request_line_bytes = 8 * 1024;  ///< past it 414
  // Trailers may be as much again, past that 431 too.
  std::size_t max_header_bytes = 16 * 1024;  ///< past it 431
  std::size_t max_header_count = 100;        ///< past it 431

  // The body, counted on what arrives after the chunk framing is taken off.
  std::uint64_t max_body_bytes = 1024 * 1024;         ///< past it 413
  std::size_t max_chunk_extension_bytes = 256;        ///< of one chunk; past it 400
  std::size_t max_chunk_extensions_bytes = 4 * 1024;  ///< of all chunks of a body; past it 400

  // The connection.
  duration header_timeout = std::chrono::seconds{10};   ///< from a head's first byte on; 408
  duration body_grace = std::chrono::seconds{10};       ///< added to the time a body may take; 408
  duration handler_timeout = std::chrono::seconds{30};  ///< until it has made its answer; 503
  duration write_timeout = std::chrono::seconds{30};    ///< for a peer that takes nothing; reset
  /// What a body must bring and an answer must get rid of, averaged; at least 1. 408, or reset.
  std::size_t min_bytes_per_second = 16 * 1024;
  duration keep_alive_timeout = std::chrono::seconds{15};  ///< silence between requests; close
  std::size_t max_requests_per_connection = 10'000;        ///< the last one is answered with close
  /// Read ahead of the request that is being answered, at least 1: what else a peer pipelines stays
  /// in the system's buffers, and in the end with the peer.
  std::size_t max_unread_bytes = 16 * 1024;
  std::size_t max_drain_bytes = 64 * 1024;  ///< of a refused body, so that the answer arrives

  // The server.
  /// At this many, or at the process's limit of descriptors less 128, accepting pauses.
  std::size_t max_connections = 10'000;
  /// When there has been no room for so long, newcomers wait no more but are answered: 503.
  duration accept_patience = std::chrono::seconds{1};
  /// Past so many that have been let in and not been answered, a request is shed: 503, before its
  /// body is read. For handlers that wait. The largest number there is: nobody counts.
  std::size_t max_requests_in_flight = std::numeric_limits<std::size_t>::max();
  /// A request that has waited longer, from when its head was found to have come until it is its
  /// turn, is shed likewise. For handlers that compute. duration::max(): nobody looks.
  duration max_queue_delay = duration::max();
  std::size_t max_backlog = 4096;  ///< complete in the system and not accepted; past it no answer
  /// How long a stop still waits for a next request on connections without one, which is answered
  /// with close. Who sends at least so often loses none; with 0 a request may cross the close.
  duration idle_grace = std::chrono::milliseconds{100};
  /// How long a stop waits for requests that are under way, before it cancels them.
  duration drain_timeout = std::chrono::seconds{10};
};

}  // namespace weft
