#pragma once

#include "client_pool.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/base/clock.hpp>
#include <weft/base/error.hpp>
#include <weft/http/client_request.hpp>
#include <weft/runtime/cancel_window.hpp>
#include <weft/runtime/event.hpp>
#include <weft/runtime/task.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weft::http {

/// How long sending may last: in all, and for each piece that is on its way.
struct sending_time {
  time_point deadline;
  duration for_each;
};

/// Sends bytes in pieces, each of which has its time.
task<result<void>> send_in_pieces(client_connection& to, std::string_view text, sending_time time);

/// Sends the body of a request while its answer is read, or not yet there.
///
/// It is a task of its own, which owns what it sends and shares the lease, so it may last longer
/// than the request and, for a moment, than the exchange: stop() asks it to end, and nobody waits
/// for that. What it has come to belongs to the exchange once ended() is set.
class body_sender {
public:
  /// @param lease  shared with the exchange: whoever is last closes the connection
  body_sender(std::shared_ptr<connection_lease> lease, const client_request& request,
              sending_time time);

  /// Sends, and sets ended(). Lets no exception out.
  static task<> run(std::shared_ptr<body_sender> self);
  /// Ends the waits of the sending. Any thread.
  void stop() noexcept;

  event& ended() noexcept { return ended_; }
  bool has_ended() const noexcept { return ended_.is_set(); }

  // Once it has ended.
  bool has_sent_all() const noexcept { return sent_.has_value(); }
  /// Whether what was to be sent is wrong, or was not to be had.
  bool gave_up() const noexcept { return gave_up_; }
  /// @throws what the body threw
  result<void> outcome() const;

private:
  task<result<void>> send();
  task<result<void>> send_chunks();
  task<result<void>> send_length(std::uint64_t length);
  result<void> give_up(std::error_code why) noexcept;

  std::shared_ptr<connection_lease> lease_;
  client_connection& connection_;
  const std::shared_ptr<const std::string> text_;
  const std::shared_ptr<outgoing_body> streamed_;
  const std::optional<std::uint64_t> length_;
  const sending_time time_;
  cancel_window sending_;
  std::atomic<unsigned> stopped_{0};
  byte_buffer out_;
  result<void> sent_ = condition::canceled;
  std::exception_ptr thrown_;
  bool gave_up_ = false;
  event ended_;
};

}  // namespace weft::http
