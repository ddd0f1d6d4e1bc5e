#pragma once

#include "request_reader.hpp"
#include "serving.hpp"
#include "wire.hpp"

#include <weft/base/clock.hpp>
#include <weft/http/exchange.hpp>
#include <weft/http/handler.hpp>
#include <weft/http/response_writer.hpp>
#include <weft/http/takeover.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/cancel_window.hpp>
#include <weft/runtime/task.hpp>
#include <weft/runtime/trace.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weft::http {

class streamed_body;

/// A method and a route, or the path where there is none: cut where it is long.
class work_name {
public:
  void append(std::string_view text) noexcept;
  std::string_view view() const noexcept { return {text_.data(), size_}; }

private:
  std::array<char, 200> text_;
  std::size_t size_ = 0;
};

/// One HTTP/1.1 connection: has one request after another read and answered, and the answers
/// written in order. Answers to pipelined requests go out in one write.
///
/// Reading is the request_reader's, sending the wire's. While a handler runs that takes its body
/// piece by piece (streamed_body), or a producer that writes its answer's (streamed_answer), these
/// call in from whatever task the user has them in; both are closed before the next request.
class connection final : private exchange {
public:
  connection(tcp_stream stream, const serving& by);

  /// Serves until the peer, a limit or the server ends it. Lets no exception out.
  task<> serve();

  // Called by the server's sweep, on another worker.
  /// Ends what lasts too long, and cancels the handler of a peer that has gone.
  void sweep(time_point now) noexcept;
  /// Ends the wait for a next request, if that is what it does.
  void end_if_idle() noexcept { wire_.end_if_idle(); }

  /// What its handler answers at present, if that runs in the task of this number.
  /// @return method and route; nothing where it is another task. Any thread
  std::optional<work_name> work_of(std::uint32_t task) noexcept;

  /// What it has counted so far. Any thread.
  const connection_tally& tally() const noexcept { return wire_.tally(); }

private:
  enum class ending { none, late, disconnected, stopped };  // of a handler that was cancelled
  enum class is_producing { no, yes };

  void begin_handling(bool streams);
  const parse_error* end_handling(bool failed) noexcept;
  bool has_all_of_answer() noexcept;
  void answer_at_once(const parse_error* wrong);
  task<> answer_in_steps(const parse_error* wrong);
  task<> answer_shed();
  task<> answer_produced(const response& answer);
  void answer_whole(const response& answer);
  void answer_error(const parse_error& error);
  task<> finish_body();
  /// False where the answer is a takeover that the request does not allow.
  bool may_take_over(const response& answer) const noexcept;
  task<> hand_over(std::shared_ptr<takeover> next);

  void open_window(is_producing producing);
  ending close_window() noexcept;
  bool is_late(duration::rep now) const noexcept;
  bool peer_left() noexcept;
  bool stop_ends_it() const noexcept;
  response_context context_of_answer(bool keep_alive) const noexcept;
  bool may_go_on() noexcept;
  void note_answer(http_status status) noexcept;

  // exchange
  std::shared_ptr<body_source> body() override;
  void note_route(const std::string& pattern) noexcept override { route_ = &pattern; }
  endpoint remote() const override { return wire_.remote(); }
  void limit_time(duration limit) noexcept override;
  void leave_count() noexcept override { reader_.leave_count(); }
  const http_server* server() const noexcept override { return &server_; }

  wire wire_;
  http_handler& handler_;
  const http_server& server_;
  request_trace traced_;
  request_reader reader_;
  std::size_t requests_ = 0;
  bool closing_ = false;                 // no further request is read
  bool over_ = false;                    // and the connection is left as it is
  std::shared_ptr<streamed_body> body_;  // of a request that is streamed

  // While a handler or a producer runs; the next two change outside of it, or by who cancels it.
  cancel_window handling_;
  is_producing is_producing_ = is_producing::no;
  ending ending_ = ending::none;
  time_bound handler_until_;
  std::atomic<const std::string*> route_{nullptr};
};

}  // namespace weft::http
