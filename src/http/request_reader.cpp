#include "request_reader.hpp"

#include <weft/http/response_writer.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/yield.hpp>

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

namespace weft::http {
namespace {

// Room that a body must find behind its head, so that it does not trickle in.
constexpr std::size_t least_body_room = 2 * 1024;
// What may be read ahead of a handler that takes its body piece by piece.
constexpr std::size_t stream_room = 16 * 1024;
constexpr std::size_t most_body_reserved = 64 * 1024;

constexpr parse_error head_too_slow{http_status::request_timeout,
                                    "The request took longer to arrive than header_timeout allows",
                                    rejection_reasons::header_timeout};
constexpr parse_error misdirected{http_status::misdirected_request,
                                  "The host is none of this server's, by allowed_hosts",
                                  rejection_reasons::misdirected};
constexpr parse_error body_too_slow{http_status::request_timeout,
                                    "The body came slower than min_bytes_per_second",
                                    rejection_reasons::body_pace};

// The parser wants a line whole: a chunk's, which is refused before it is this long, or a
// trailer's.
std::size_t room_for_chunks(const http_limits& limits) noexcept {
  constexpr std::size_t size_and_line_ends = 32;
  const auto longest_line = std::max(limits.max_header_bytes, limits.max_chunk_extension_bytes);
  return std::max(least_body_room, longest_line + size_and_line_ends);
}

// Not where the reader was cancelled, or cut short because its request is answered.
bool is_for_good(const std::error_code& error) noexcept {
  return error != condition::canceled && error != condition::closed;
}

}  // namespace

// ------------------------------------------------------------------ heads and whole bodies

// What waits for a head waits in here and not in a coroutine of its own: every request does.
task<request_reader::outcome> request_reader::read_request(http_handler& handler) {
  for (;;) {
    const parse_step at = step();
    switch (at.event) {
      case parse_event::head:
        if (const auto decided = judge_head(at.consumed, handler)) co_return *decided;
        continue;
      case parse_event::body: take_body_chunk(); continue;
      case parse_event::trailer: take_trailer(); continue;
      case parse_event::done:
        take_end();
        traced_.parsed();
        co_return outcome::whole;
      case parse_event::error: refuse(parser().error()); co_return outcome::refused;
      case parse_event::need_more: break;
    }
    if (has_head()) {
      const bool more = co_await read_more_of_body();
      if (more) continue;
      co_return error_ != nullptr ? outcome::refused : outcome::ended;
    }
    if (wire_.has_unsent() && !wire_.try_flush()) {
      const auto flushed = co_await wire_.flush();
      if (!flushed) co_return outcome::ended;
    }
    const bool idle = is_idle();
    if (idle && wire_.ends_idle()) {
      co_await end_idle_connection();
      co_return outcome::ended;
    }
    const wire::timed_read timed(wire_, begin_wait_for_head(idle));
    if (idle) wire_.begin_idling();
    const auto got = co_await wire_.stream().read_some(static_cast<read_room&>(*this));
    while (idle && !wire_.end_idling(got.has_value())) co_await yield();
    if (end_wait_for_head(got, idle)) continue;
    co_return error_ != nullptr ? outcome::refused : outcome::ended;
  }
}

/// The parser's next step through what is here.
parse_step request_reader::step() {
  if (!has_head()) {
    if (!wire_.has_work() || !has_unread()) return {parse_event::need_more, 0};
    traced_.arrived();
  }
  const parse_step taken = parser().next(unread());
  parsed_ += taken.consumed;
  return taken;
}

/// @return what is known with the head; nothing where the body is read first
std::optional<request_reader::outcome> request_reader::judge_head(std::size_t consumed,
                                                                  http_handler& handler) {
  if (!hosts_.allows(message().host())) {
    refuse(misdirected);
    return outcome::refused;
  }
  if (gate_.is_in_use() && !let_in(handler)) {
    take_head_of_shed(consumed);
    return outcome::shed;
  }
  if (!take_head(consumed, handler)) return std::nullopt;
  // A length past the limit is known now, and no handler need begin.
  if (parser().next({}).event == parse_event::error) {
    refuse(parser().error());
    return outcome::refused;
  }
  traced_.parsed();
  return outcome::streams;
}

// What stands behind a request that is let in waits for that one, and not for its turn: it has not
// been found when the other has been answered.
bool request_reader::let_in(http_handler& handler) {
  const duration waited = time_waited();
  if (gate_.times()) wire_.tally().waited(waited);
  why_shed_ = gate_.try_enter(waited, place_);
  if (why_shed_ != nullptr && !handler.is_never_shed(message())) {
    gate_.count_shed(*why_shed_);
    return false;
  }
  forget_found();
  return true;
}

duration request_reader::time_waited() const {
  const auto since = found();
  if (!since) return duration{};
  return std::max(scheduler::current().now() - *since, duration{});
}

void request_reader::note_head() noexcept {
  head_end_ = parsed_;
  head_until_ = 0;
  ++heads_;
}

bool request_reader::has_body() const noexcept {
  return parser().chunked() || parser().content_length().value_or(0) != 0;
}

/// For drain(), which reads the body if there is one.
void request_reader::take_head_of_shed(std::size_t consumed) {
  note_head();
  if (has_body()) {
    keep_room_for_body(consumed,
                       parser().chunked() ? room_for_chunks(wire_.limits()) : least_body_room);
    return;
  }
  parsed_ += parser().next(unread()).consumed;
  take_end();
}

/// @return whether the handler takes the body piece by piece
bool request_reader::take_head(std::size_t consumed, http_handler& handler) {
  note_head();
  if (!has_body()) return false;
  const body_plan plan = handler.plan_body(parser().message());
  const std::size_t room = plan.streams ? stream_room : least_body_room;
  keep_room_for_body(consumed,
                     parser().chunked() ? std::max(room, room_for_chunks(wire_.limits())) : room);
  if (plan.max_bytes) parser().limit_body(*plan.max_bytes);
  return plan.streams;
}

// The head's bytes must not move from now on. Where they leave too little room, the head is read
// once more in a larger buffer.
void request_reader::keep_room_for_body(std::size_t consumed, std::size_t room) {
  if (in().capacity() - head_end_ >= room) return;
  in().reserve(head_end_ + std::max(room, first_buffer_bytes));
  parser().reset();
  parsed_ -= consumed;
  parsed_ += parser().next(unread()).consumed;
}

void request_reader::take_body_chunk() {
  const std::string_view chunk = parser().body_chunk();
  body_bytes_ += chunk.size();
  const auto announced = parser().content_length();
  if (announced == chunk.size()) {
    parser().message().set_body(chunk);
    return;
  }
  byte_buffer& body = wire_.work().body;
  if (!body_collected_ && announced) {
    body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*announced, most_body_reserved)));
  }
  body_collected_ = true;
  body.append(chunk);
  parser().message().set_body(body.view());
}

void request_reader::take_trailer() {
  const auto& [name, value] = parser().trailer();
  wire_.work().trailers.add(name, value);
}

void request_reader::take_end() {
  complete_.store(true, std::memory_order_relaxed);
  if (parser().chunked()) parser().message().set_trailers(wire_.work().trailers.view());
}

// ------------------------------------------------------------------ bodies piece by piece

task<result<std::string_view>> request_reader::read_piece() {
  for (;;) {
    if (error_ != nullptr) co_return condition_of_error();
    if (peer_gone_) co_return std::make_error_code(std::errc::connection_reset);
    const parse_step step = parser().next(unread());
    parsed_ += step.consumed;
    switch (step.event) {
      case parse_event::body:
        body_bytes_ += parser().body_chunk().size();
        co_return parser().body_chunk();
      case parse_event::trailer: take_trailer(); break;
      case parse_event::done:
        complete_.store(true, std::memory_order_release);
        co_return make_error_code(condition::eof);
      case parse_event::head:  // has been
      case parse_event::error: refuse(parser().error()); break;
      case parse_event::need_more: {
        if (!body_invited_) {
          const bool invited = co_await invite_body();
          if (!invited) break;
        }
        const auto got = co_await read_body_bytes();
        if (!got && !is_for_good(got.error())) co_return got.error();
      }
    }
  }
}

// A body that is there already needs no permission, and one that is refused by its length gets
// none.
bool request_reader::awaits_continue() const noexcept {
  return body_bytes_ == 0 && parsed_ == head_end_ && !has_unread() && parser().expects_continue();
}

/// Before the first wait for a body: earlier answers go out, and permission to send it, unless the
/// answer has begun. @return false where the peer has gone
task<bool> request_reader::invite_body() {
  body_invited_ = true;
  const auto held = co_await wire_.sending().lock();
  if (wire_.answer_begun()) co_return true;
  if (awaits_continue()) {
    write_continue(wire_.out());
    wire_.tally().answered(http_status::continue_);
  }
  if (!wire_.has_unsent()) co_return true;
  const auto sent = co_await wire_.flush();
  if (!sent) peer_gone_ = true;
  co_return sent.has_value();
}

bool request_reader::is_body_wanted() const noexcept {
  return complete_ || body_invited_ || !awaits_continue();
}

bool request_reader::can_drain() const noexcept {
  if (complete_) return true;
  if (error_ != nullptr || peer_gone_ || !is_body_wanted()) return false;
  const auto length = parser().content_length();
  return !length || *length - body_bytes_ <= wire_.limits().max_drain_bytes;
}

task<bool> request_reader::drain() {
  std::uint64_t dropped = 0;
  while (!complete_ && dropped <= wire_.limits().max_drain_bytes) {
    const auto piece = co_await read_piece();
    if (!piece) break;
    dropped += piece->size();
  }
  co_return complete_;
}

std::error_code request_reader::condition_of_error() const noexcept {
  switch (error_.load()->status) {
    case http_status::content_too_large:
    case http_status::request_header_fields_too_large: return condition::limit_exceeded;
    case http_status::request_timeout: return condition::timed_out;
    default: return condition::bad_input;
  }
}

// ------------------------------------------------------------------ bytes

/// Without bytes of a request an area is not needed, unless empty lines have been counted in it.
/// @return until when the wait may last
duration::rep request_reader::begin_wait_for_head(bool idle) noexcept {
  forget_found();
  if (!idle) {
    if (head_until_ != 0) return head_until_;
    // Not restarted by later reads of the same head: a head's time is absolute.
    head_until_ = wire_.in(wire_.limits().header_timeout);
    return head_until_;
  }
  parsed_ = 0;
  if (wire_.has_work()) {
    in().clear();
    if (!parser().has_begun()) wire_.release_cleared_work();
  }
  return wire_.in(wire_.limits().keep_alive_timeout);
}

/// @return whether there are bytes
bool request_reader::end_wait_for_head(const result<std::size_t>& got, bool idle) noexcept {
  if (got) take_bytes(*got);
  else if (idle) note_end_of_idling(got.error());
  else if (got.error() == condition::timed_out) refuse(head_too_slow);
  return got.has_value();
}

// The server stops, and waits for no further request.
task<> request_reader::end_idle_connection() {
  wire_.tally().rejected(rejection_reasons::stopping);
  if (heads_ != 0) co_await wire_.linger();
}

task<bool> request_reader::read_more_of_body() {
  if (!body_invited_) {
    const bool invited = co_await invite_body();
    if (!invited) co_return false;
  }
  const auto got = co_await read_body_bytes();
  co_return got.has_value();
}

task<result<std::size_t>> request_reader::read_body_bytes() {
  make_room();
  forget_found();
  const auto began = wire_.now();
  const auto left = time_for_body().count() - body_waited();
  const wire::timed_read timed(wire_, began + left);
  const auto got = co_await wire_.stream().read_some(free_room());
  body_waited_.store(body_waited() + wire_.now() - began, std::memory_order_relaxed);
  if (got) take_bytes(*got);
  else if (got.error() == condition::timed_out) refuse(body_too_slow);
  else if (is_for_good(got.error())) peer_gone_ = true;
  co_return got;
}

/// What a body may make its reader wait; the time in which nobody reads is not the peer's.
duration request_reader::time_for_body() const noexcept {
  const auto& limits = wire_.limits();
  const auto rate = static_cast<double>(std::max<std::size_t>(limits.min_bytes_per_second, 1));
  const std::chrono::duration<double> earned(static_cast<double>(body_bytes_) / rate);
  return limits.body_grace + std::chrono::duration_cast<duration>(earned);
}

// For a head, when its bytes have come. On the worker that found them, while the reader waits.
std::span<char> request_reader::room() noexcept {
  try {
    wire_.work();
    make_room();
    return free_room();
  } catch (const std::bad_alloc&) {
    return {};
  }
}

// Never moves the bytes: make_room() has been there.
std::span<char> request_reader::free_room() noexcept {
  const auto most = std::max<std::size_t>(wire_.limits().max_unread_bytes, 1);
  return {in().data() + in().size(), std::min(in().capacity() - in().size(), most)};
}

void request_reader::take_bytes(std::size_t count) noexcept {
  in().commit(count);
  wire_.tally().received(count);
}

void request_reader::note_end_of_idling(const std::error_code& why) noexcept {
  if (why == condition::timed_out) wire_.tally().rejected(rejection_reasons::idle);
  else if (why == condition::closed) wire_.tally().rejected(rejection_reasons::stopping);
}

void request_reader::make_room() {
  if (!has_head()) {
    in().consume(parsed_);
    parsed_ = 0;
    if (in().capacity() - in().size() < in().capacity() / 4 + 1) {
      in().reserve(std::max(first_buffer_bytes, in().capacity() * 2));
    }
    return;
  }
  // Behind a head that must stay in place: what the parser has consumed may go.
  const std::string_view rest = unread();
  std::copy(rest.begin(), rest.end(), in().data() + head_end_);
  in().truncate(head_end_ + rest.size());
  parsed_ = head_end_;
}

void request_reader::finish_request() {
  wire_.held_work().clear_message();
  body_collected_ = body_invited_ = false;
  body_bytes_ = 0;
  error_.store(nullptr, std::memory_order_relaxed);
  complete_.store(false, std::memory_order_relaxed);
  body_waited_.store(0, std::memory_order_relaxed);
  in().consume(parsed_);
  parsed_ = head_end_ = 0;
  head_until_ = 0;
  wire_.set_answer_begun(false);
}

}  // namespace weft::http
