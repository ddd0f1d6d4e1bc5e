#pragma once

#include <weft/base/clock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weft {

/// What http_server::metrics() returns: a copy of what the server has done since it was made.
struct http_metrics {
  struct rejection {
    std::string_view reason;  ///< a label: "host", "body_too_large", "slow_reader"
    std::uint64_t count = 0;
  };

  std::size_t open_connections = 0;
  std::uint64_t accepted_connections = 0;
  std::uint64_t requests = 0;  ///< that went to the handler
  /// At present. Counted only under a max_requests_in_flight.
  std::size_t requests_in_flight = 0;
  /// What requests have waited for their turn, all together, and the most that one has, shed ones
  /// too. Measured only under a max_queue_delay.
  duration queue_delay{};
  duration longest_queue_delay{};
  /// Answers that were written, by the first digit of their status: [2] for 200 to 299.
  std::array<std::uint64_t, 6> responses{};
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  /// http_rejected_total{reason}: what the server itself refused or ended, and why. The reasons are
  /// those of parse_error and rejection_reasons; one that has not occurred is not listed.
  std::vector<rejection> rejected;

  /// @return 0 for a reason that is not listed
  std::uint64_t rejected_for(std::string_view reason) const noexcept;
};

/// Why a connection ends, or a request is shed, beside what is wrong with a request.
namespace rejection_reasons {

inline constexpr std::string_view header_timeout = "header_timeout";
inline constexpr std::string_view body_pace = "body_pace";
inline constexpr std::string_view misdirected = "misdirected";  ///< allowed_hosts; 421
inline constexpr std::string_view handler_timeout = "handler_timeout";
inline constexpr std::string_view slow_reader = "slow_reader";  ///< reset
inline constexpr std::string_view idle = "idle";                ///< keep_alive_timeout; no answer
inline constexpr std::string_view request_count = "request_count";  ///< max_requests_per_connection
inline constexpr std::string_view stopping = "stopping";            ///< http_server::stop()
inline constexpr std::string_view connection_count = "connection_count";  ///< max_connections; 503
/// max_requests_in_flight; 503
inline constexpr std::string_view requests_in_flight = "requests_in_flight";
inline constexpr std::string_view queue_delay = "queue_delay";  ///< max_queue_delay; 503
inline constexpr std::string_view descriptors = "descriptors";  ///< the process has none left; 503

}  // namespace rejection_reasons
}  // namespace weft
