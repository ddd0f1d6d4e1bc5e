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

constexpr auto drain_timeout = std::chrono::seconds(2);

constexpr parse_error head_too_slow{http_status::request_timeout,
                                    "The request took longer to arrive than header_timeout allows",
                                    rejection_reasons::header_timeout};
constexpr parse_error body_too_slow{http_status::request_timeout,
                                    "The body came slower than min_bytes_per_second",
                                    rejection_reasons::body_pace};
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

// The parser wants a line whole: a chunk's, which is refused before it is this long, or a
// trailer's.
std::size_t room_for_chunks(const http_limits& limits) noexcept {
  constexpr std::size_t size_and_line_ends = 32;
  const auto longest_line = std::max(limits.max_header_bytes, limits.max_chunk_extension_bytes);
  return std::max(least_body_room, longest_line + size_and_line_ends);
}

// How much of an answer must have gone when write_timeout is over: so a peer that takes nothing and
// one that takes too little meet the same deadline.
std::size_t least_written(const http_limits& limits) noexcept {
  const std::chrono::duration<double> time = limits.write_timeout;
  const double bytes = time.count() * static_cast<double>(limits.min_bytes_per_second);
  return static_cast<std::size_t>(std::clamp(bytes, 1.0, 1e9));
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
    if (closing_) break;
    finish_request();
  }
  const bool sent = co_await flush();
  // A peer that asked for the close sends nothing more.
  const bool may_send_more = parser_.message().keep_alive() || !unread().empty();
  if (sent && may_send_more) co_await linger();
}

// ------------------------------------------------------------------ reading

task<bool> connection::read_request() {
  for (;;) {
    if (head_end_ == 0 && !unread().empty()) traced_.arrived();
    const parse_step step = parser_.next(unread());
    parsed_ += step.consumed;
    switch (step.event) {
      case parse_event::done: traced_.parsed(); co_return true;
      case parse_event::head: take_head(step.consumed); break;
      case parse_event::body: take_body_chunk(); break;
      case parse_event::trailer: break;
      case parse_event::need_more: {
        if (awaits_continue()) {
          write_continue(work_.get().out);
          tally_.answered(http_status::continue_);
        }
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
  body_began_ = now();
  const bool has_body = parser_.chunked() || parser_.content_length().value_or(0) != 0;
  const std::size_t room = parser_.chunked() ? room_for_chunks(limits_) : least_body_room;
  if (!has_body || in_.capacity() - head_end_ >= room) return;
  // The head's bytes must not move from now on, and leave too little room for the body: read the
  // head once more in a larger buffer.
  in_.reserve(head_end_ + std::max(room, first_buffer_bytes));
  parser_.reset();
  parsed_ -= consumed;
  parsed_ += parser_.next(unread()).consumed;
}

// True once at most: where the first byte of the body has to be waited for. A body that is there
// already needs no permission, and one that is refused by its length gets none.
bool connection::awaits_continue() const noexcept {
  return head_end_ != 0 && parsed_ == head_end_ && unread().empty() && parser_.expects_continue();
}

void connection::take_body_chunk() {
  const std::string_view chunk = parser_.body_chunk();
  body_bytes_ += chunk.size();
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
    if (pulse_.stopping.load(std::memory_order_relaxed)) {
      tally_.rejected(rejection_reasons::stopping);
      if (requests_ != 0) co_await linger();
      co_return false;
    }
    work_.release();
    in_.clear();
    parsed_ = 0;
    in_.shrink(first_buffer_bytes);
    enter(phase::idle, limits_.keep_alive_timeout);
  } else if (head_end_ != 0) {
    enter_until(phase::reading, body_began_ + time_for_body().count());
  } else if (phase_.load(std::memory_order_relaxed) != phase::reading) {
    // Not restarted by later reads of the same head: a head's time is absolute.
    enter(phase::reading, limits_.header_timeout);
  }
  make_room();
  const std::size_t most = std::max<std::size_t>(limits_.max_unread_bytes, 1);
  const std::size_t room = std::min(in_.capacity() - in_.size(), most);
  auto got = co_await stream_.read_some({in_.prepare(room), room});
  if (!got) {
    if (is_idle) note_end_of_idling(got.error());
    else if (got.error() == condition::timed_out)
      co_await refuse(head_end_ != 0 ? body_too_slow : head_too_slow);
    co_return false;
  }
  in_.commit(*got);
  tally_.received(*got);
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
  tally_.request_began();
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
    note_answer(handler_failed.status);
    closing_ = true;
  } else {
    closing_ = !may_go_on();
    write_response(work.out, work.answer, context_of_answer(!closing_));
    note_answer(work.answer.status());
  }
  if (work.out.size() > most_unsent_bytes) {
    const bool sent = co_await flush();
    closing_ = closing_ || !sent;
  }
}

task<> connection::refuse(const parse_error& error) {
  write_error(work_.get().out, error, context_of_answer(false));
  note_answer(error.status);
  tally_.rejected(error.metric);
  const bool sent = co_await flush();
  if (sent) co_await linger();
}

// What the peer still sends is read and dropped until it finishes too, for a while: bytes that are
// unread at a close, or come after it, would reset the connection, and the answer could be lost on
// its way.
task<> connection::linger() {
  stream_.finish_writing();
  in_.clear();
  in_.reserve(first_buffer_bytes);
  enter(phase::reading, drain_timeout);
  std::size_t dropped = 0;
  while (dropped < limits_.max_drain_bytes) {
    const std::size_t room = std::min(in_.capacity(), limits_.max_drain_bytes - dropped);
    auto got = co_await stream_.read_some({in_.data(), room});
    if (!got) co_return;
    dropped += *got;
    tally_.received(*got);
  }
}

task<bool> connection::flush() {
  if (!work_ || work_.get().out.empty()) co_return true;
  byte_buffer& out = work_.get().out;
  std::string_view rest = out.view();
  bool sent = true;
  while (sent && !rest.empty()) {
    enter(phase::writing, limits_.write_timeout);
    const auto part = rest.substr(0, least_written(limits_));
    auto written = co_await stream_.write_all(part);
    sent = written.has_value();
    if (sent) tally_.sent(part.size());
    else if (written.error() == condition::timed_out)
      tally_.rejected(rejection_reasons::slow_reader);
    rest.remove_prefix(part.size());
  }
  out.clear();
  co_return sent;
}

void connection::finish_request() {
  work_area& work = work_.get();
  work.answer.clear();
  work.body.clear();
  body_collected_ = false;
  body_bytes_ = 0;
  in_.consume(parsed_);
  parsed_ = head_end_ = 0;
  parser_.reset();
}

response_context connection::context_of_answer(bool keep_alive) const noexcept {
  const request& message = parser_.message();
  return {message.method(), message.minor_version(), keep_alive, current_date()};
}

bool connection::may_go_on() noexcept {
  if (!parser_.message().keep_alive()) return false;
  if (pulse_.stopping.load(std::memory_order_relaxed)) {
    tally_.rejected(rejection_reasons::stopping);
    return false;
  }
  if (requests_ >= limits_.max_requests_per_connection) {
    tally_.rejected(rejection_reasons::request_count);
    return false;
  }
  return !reading_ended_.load(std::memory_order_relaxed);
}

void connection::note_answer(http_status status) noexcept {
  traced_.done(static_cast<std::uint32_t>(status));
  tally_.answered(status);
}

void connection::note_end_of_idling(const std::error_code& why) noexcept {
  if (why == condition::timed_out) tally_.rejected(rejection_reasons::idle);
  else if (why == condition::closed) tally_.rejected(rejection_reasons::stopping);
}

// ------------------------------------------------------------------ time

duration connection::time_for_body() const noexcept {
  const auto rate = static_cast<double>(std::max<std::size_t>(limits_.min_bytes_per_second, 1));
  const std::chrono::duration<double> earned(static_cast<double>(body_bytes_) / rate);
  return limits_.body_grace + std::chrono::duration_cast<duration>(earned);
}

void connection::enter(phase p, duration limit) noexcept {
  enter_until(p, limit == duration::max() ? limit.count() : now() + limit.count());
}

void connection::enter_until(phase p, duration::rep deadline) noexcept {
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
