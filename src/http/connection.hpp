#pragma once

#include "connection_tally.hpp"
#include "work_area.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/base/clock.hpp>
#include <weft/http/handler.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/request_parser.hpp>
#include <weft/http/response_writer.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/task.hpp>
#include <weft/runtime/trace.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace weft::http {

/// The time as the server's sweep last saw it, and whether it is stopping: what connections read
/// for each request instead of a clock.
struct server_pulse {
  std::atomic<duration::rep> now{0};
  std::atomic<bool> stopping{false};
};

/// One HTTP/1.1 connection: reads requests, has them answered one after another, and writes the
/// answers in order. Answers to pipelined requests go out in one write.
///
/// Bytes: `in_` holds the message that is being read, from its first byte on, and what follows it.
/// `parsed_` counts what the parser has consumed of it. While a message is under way its head stays
/// in place, since the request's views point into it; a body that does not lie there in one piece
/// is collected in the work area.
class connection {
public:
  connection(tcp_stream stream, http_handler& handler, const http_limits& limits,
             const server_pulse& pulse);

  /// Serves until the peer, a limit or the server ends it. Lets no exception out.
  task<> serve();

  // Called by the server's sweep, on another worker.
  /// Ends a wait whose time is over.
  void expire_if_due(time_point now) noexcept;
  /// Ends the wait for a next request, if that is what it does.
  void end_if_idle() noexcept;

  /// What it has counted so far. Any thread.
  const connection_tally& tally() const noexcept { return tally_; }

private:
  enum class phase { idle, reading, handling, writing };

  task<bool> read_request();  // false: the connection ends
  task<bool> read_more();
  void take_head(std::size_t consumed);
  void take_body_chunk();
  bool awaits_continue() const noexcept;

  task<> answer_request();
  task<> refuse(const parse_error& error);
  task<bool> flush();
  task<> linger();

  void finish_request();
  void make_room();
  std::string_view unread() const noexcept { return in_.view().substr(parsed_); }
  response_context context_of_answer(bool keep_alive) const noexcept;
  bool may_go_on() noexcept;
  void note_answer(http_status status) noexcept;
  void note_end_of_idling(const std::error_code& why) noexcept;

  duration time_for_body() const noexcept;
  void enter(phase p, duration limit) noexcept;
  void enter_until(phase p, duration::rep deadline) noexcept;
  duration::rep now() const noexcept { return pulse_.now.load(std::memory_order_relaxed); }

  tcp_stream stream_;
  http_handler& handler_;
  const http_limits& limits_;
  const server_pulse& pulse_;
  request_parser parser_;
  byte_buffer in_;
  std::size_t parsed_ = 0;
  std::size_t head_end_ = 0;  // 0: the head is not complete
  duration::rep body_began_ = 0;
  std::uint64_t body_bytes_ = 0;  // of the message under way, so far
  std::size_t requests_ = 0;
  bool body_collected_ = false;
  bool closing_ = false;  // the last answer says that the connection ends
  work_lease work_;
  request_trace traced_;
  connection_tally tally_;

  std::atomic<phase> phase_{phase::idle};
  std::atomic<duration::rep> deadline_{duration::max().count()};  // of the present phase
  std::atomic<bool> reading_ended_{false};  // by the server's sweep: no further request is read
};

}  // namespace weft::http
