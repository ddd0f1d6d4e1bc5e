#include "connection.hpp"

#include <weft/http/date.hpp>
#include <weft/http/response_writer.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

namespace weft::http {
namespace {

constexpr std::size_t first_buffer_bytes = 4 * 1024;
// Room that a body must find behind its head, so that it does not trickle in.
constexpr std::size_t least_body_room = 2 * 1024;
// Pipelined answers are written at the latest when they are this long together.
constexpr std::size_t most_unsent_bytes = 64 * 1024;
constexpr std::size_t most_body_reserved = 64 * 1024;

constexpr auto write_timeout = std::chrono::seconds(30);
constexpr auto drain_timeout = std::chrono::seconds(2);

constexpr parse_error head_too_slow{http_status::request_timeout,
                                    "The request took longer to arrive than header_timeout allows",
                                    "header_timeout"};
constexpr parse_error handler_failed{http_status::internal_server_error,
                                     "The server could not answer this request", "handler_failed"};

void log_handler_failure() noexcept {
  try {
    throw;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "weft: a request handler ended with an exception: %s\n", e.what());
  } catch (...) {
    std::fputs("weft: a request handler ended with an unknown exception\n", stderr);
  }
}

}  // namespace

connection::connection(tcp_stream stream, http_handler& handler, const http_limits& limits,
                       const server_pulse& pulse)
    : stream_(std::move(stream)),
      handler_(handler),
      limits_(limits),
      pulse_(pulse),
      parser_(limits) {}

task<> connection::serve() {
  for (;;) {
    const bool complete = co_await read_request();
    if (!complete) co_return;
    co_await answer_request();
    if (!keeps_alive()) break;
    finish_request();
  }
  const bool sent = co_await flush();
  if (sent && !unread().empty()) co_await linger();
}

// ------------------------------------------------------------------ reading

task<bool> connection::read_request() {
  bool sent = true;
  for (;;) {
    const parse_step step = parser_.next(unread());
    parsed_ += step.consumed;
    switch (step.event) {
      case parse_event::done: co_return true;
      case parse_event::head:
        take_head(step.consumed);
        sent = co_await allow_body();
        if (!sent) co_return false;
        break;
      case parse_event::body: take_body_chunk(); break;
      case parse_event::need_more: {
        const bool more = co_await read_more();
        if (!more) co_return false;
        break;
      }
      case parse_event::error: co_await refuse(parser_.error()); co_return false;
    }
  }
}

void connection::take_head(std::size_t consumed) {
  head_end_ = parsed_;
  const bool has_body = parser_.chunked() || parser_.content_length().value_or(0) != 0;
  if (!has_body || in_.capacity() - head_end_ >= least_body_room) return;
  // The head's bytes must not move from now on, and leave too little room for the body: read the
  // head once more in a larger buffer.
  in_.reserve(head_end_ + std::max(least_body_room, first_buffer_bytes));
  parser_.reset();
  parsed_ -= consumed;
  parsed_ += parser_.next(unread()).consumed;
}

task<bool> connection::allow_body() {
  if (!parser_.expects_continue() || !unread().empty()) co_return true;
  write_continue(work_.get().out);
  const bool sent = co_await flush();
  co_return sent;
}

void connection::take_body_chunk() {
  const std::string_view chunk = parser_.body_chunk();
  const auto announced = parser_.content_length();
  if (announced == chunk.size()) {
    parser_.message().set_body(chunk);
    return;
  }
  byte_buffer& body = work_.get().body;
  if (!body_collected_ && announced) {
    body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*announced, most_body_reserved)));
  }
  body_collected_ = true;
  body.append(chunk);
  parser_.message().set_body(body.view());
}

task<bool> connection::read_more() {
  const bool flushed = co_await flush();
  if (!flushed) co_return false;
  const bool is_idle = in_.size() == parsed_ && head_end_ == 0;
  if (is_idle) {
    if (pulse_.stopping.load(std::memory_order_relaxed)) co_return false;
    work_.release();
    in_.clear();
    parsed_ = 0;
    in_.shrink(first_buffer_bytes);
    enter(phase::idle, limits_.keep_alive_timeout);
  } else if (phase_.load(std::memory_order_relaxed) != phase::reading || head_end_ != 0) {
    // Not restarted by later reads of the same head: a head's time is absolute.
    enter(phase::reading, limits_.header_timeout);
  }
  make_room();
  const std::size_t room = in_.capacity() - in_.size();
  auto got = co_await stream_.read_some({in_.prepare(room), room});
  if (!got) {
    if (got.error() == condition::timed_out && !is_idle) co_await refuse(head_too_slow);
    co_return false;
  }
  in_.commit(*got);
  co_return true;
}

void connection::make_room() {
  if (head_end_ == 0) {
    in_.consume(parsed_);
    parsed_ = 0;
    if (in_.capacity() - in_.size() < in_.capacity() / 4 + 1) {
      in_.reserve(std::max(first_buffer_bytes, in_.capacity() * 2));
    }
    return;
  }
  // Behind a head that must stay in place: what the parser has consumed may go.
  const std::string_view rest = unread();
  std::copy(rest.begin(), rest.end(), in_.data() + head_end_);
  in_.truncate(head_end_ + rest.size());
  parsed_ = head_end_;
}

// ------------------------------------------------------------------ answering

task<> connection::answer_request() {
  enter(phase::handling, duration::max());
  ++requests_;
  work_area& work = work_.get();
  bool failed = false;
  try {
    co_await handler_.handle(parser_.message(), work.answer);
  } catch (...) {
    log_handler_failure();
    failed = true;
  }
  if (failed) {
    write_error(work.out, handler_failed, context_of_answer(false));
    broken_ = true;
  } else {
    write_response(work.out, work.answer, context_of_answer(keeps_alive()));
  }
  if (work.out.size() > most_unsent_bytes) {
    const bool sent = co_await flush();
    broken_ = broken_ || !sent;
  }
}

task<> connection::refuse(const parse_error& error) {
  write_error(work_.get().out, error, context_of_answer(false));
  const bool sent = co_await flush();
  if (sent) co_await linger();
}

// What the peer still sends is read and dropped for a while: closing with unread bytes would reset
// the connection, and the answer could be lost on its way.
task<> connection::linger() {
  stream_.finish_writing();
  in_.clear();
  in_.reserve(first_buffer_bytes);
  enter(phase::reading, drain_timeout);
  std::size_t dropped = 0;
  while (dropped < limits_.max_drain_bytes) {
    auto got = co_await stream_.read_some({in_.data(), in_.capacity()});
    if (!got) co_return;
    dropped += *got;
  }
}

task<bool> connection::flush() {
  if (!work_ || work_.get().out.empty()) co_return true;
  enter(phase::writing, write_timeout);
  byte_buffer& out = work_.get().out;
  auto written = co_await stream_.write_all(out.view());
  out.clear();
  co_return written.has_value();
}

void connection::finish_request() {
  work_area& work = work_.get();
  work.answer.clear();
  work.body.clear();
  body_collected_ = false;
  in_.consume(parsed_);
  parsed_ = head_end_ = 0;
  parser_.reset();
}

response_context connection::context_of_answer(bool keep_alive) const noexcept {
  const request& message = parser_.message();
  return {message.method(), message.minor_version(), keep_alive, current_date()};
}

bool connection::keeps_alive() const noexcept {
  return parser_.message().keep_alive() && !broken_ &&
         !reading_ended_.load(std::memory_order_relaxed) &&
         requests_ < limits_.max_requests_per_connection &&
         !pulse_.stopping.load(std::memory_order_relaxed);
}

// ------------------------------------------------------------------ time

void connection::enter(phase p, duration limit) noexcept {
  const auto now = pulse_.now.load(std::memory_order_relaxed);
  const auto deadline = limit == duration::max() ? limit.count() : now + limit.count();
  deadline_.store(deadline, std::memory_order_relaxed);
  phase_.store(p, std::memory_order_release);
}

void connection::expire_if_due(time_point now) noexcept {
  const phase p = phase_.load(std::memory_order_acquire);
  if (deadline_.load(std::memory_order_relaxed) > now.time_since_epoch().count()) return;
  reading_ended_.store(true, std::memory_order_relaxed);
  if (p == phase::writing) stream_.abort(condition::timed_out);
  else stream_.abort_reading(condition::timed_out);
}

void connection::end_if_idle() noexcept {
  if (phase_.load(std::memory_order_acquire) != phase::idle) return;
  reading_ended_.store(true, std::memory_order_relaxed);
  stream_.abort_reading(condition::closed);
}

}  // namespace weft::http
