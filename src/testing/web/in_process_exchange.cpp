#include "in_process_exchange.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/http/date.hpp>
#include <weft/http/response_parser.hpp>
#include <weft/net/file.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace weft::testing {
namespace {

constexpr http::parse_error handler_failed{http_status::internal_server_error,
                                           "The server could not answer this request",
                                           "handler_failed"};
constexpr http::parse_error handler_too_slow{http_status::service_unavailable,
                                             "The answer took longer than handler_timeout allows",
                                             "handler_timeout"};

void log_failure(const char* who) noexcept {
  try {
    throw;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "weft: %s ended with an exception: %s\n", who, e.what());
  } catch (...) {
    std::fprintf(stderr, "weft: %s ended with an unknown exception\n", who);
  }
}

/// Of answers: what a client takes.
const http_limits& limits_of_answers() {
  static const http_limits limits = [] {
    http_limits wide;
    wide.max_header_bytes = 64 * 1024;
    wide.max_header_count = 200;
    wide.max_body_bytes = std::numeric_limits<std::uint64_t>::max();
    return wide;
  }();
  return limits;
}

}  // namespace

// ------------------------------------------------------------------ the server's side

task<> in_process_exchange::serve() {
  task_group beside;
  beside_ = &beside;
  if (request_->is_streamed()) beside.go(send_body());
  std::exception_ptr thrown;
  try {
    co_await answer();
  } catch (...) {
    thrown = std::current_exception();
  }
  request_->close();
  beside.cancel();
  co_await beside.join();
  if (thrown) fail(std::move(thrown));
  give_failure();
  pieces_.close();
  answer_.clear();  // a producer may hold the body, and lives no longer than the answer
}

task<> in_process_exchange::answer() {
  const bool is_accepted = request_->read_head();
  if (!is_accepted) {
    give_error(*request_->error());
    co_return;
  }
  if (request_->has_body()) {
    const bool taken = co_await take_body();
    if (!taken) co_return;
  }
  request_->message().set_exchange(this);
  const bool failed = co_await run_handler();
  const auto how = ending_.load();
  if (how == ending::disconnected || request_->is_cut()) co_return;
  if (answer_.producer() != nullptr && !failed && how == ending::none &&
      request_->error() == nullptr) {
    co_await produce();
    co_return;
  }
  request_->close();
  if (request_->error() != nullptr) give_error(*request_->error());
  else if (how == ending::late) give_error(handler_too_slow);
  else if (failed) give_error(handler_failed);
  else if (answer_.takeover() != nullptr) {
    throw std::logic_error(
        "weft: this handler takes the connection over, and in process there is none: serve the app "
        "over_socket, and ask with http::client::upgrade()");
  } else give_whole();
}

/// @return false where it is answered without the handler
task<bool> in_process_exchange::take_body() {
  const body_plan plan = handler_.plan_body(request_->message());
  if (plan.max_bytes) request_->limit_body(*plan.max_bytes);
  streams_ = plan.streams;
  if (!streams_) co_await request_->collect();
  else request_->accepts_length();
  if (request_->error() != nullptr) give_error(*request_->error());
  co_return request_->error() == nullptr && (streams_ || request_->complete());
}

/// @return whether the handler has thrown
task<bool> in_process_exchange::run_handler() {
  bool failed = false;
  began_ = scheduler::current().now();
  handling_.open();
  limit_time(options_.limits.handler_timeout);
  if (is_wanted()) {
    try {
      co_await handler_.handle(request_->message(), answer_);
    } catch (...) {
      failed = true;
      if (handling_.is_open()) log_failure("a request handler");
    }
  }
  handling_.close();
  until_ = duration::max().count();
  co_return failed;
}

task<> in_process_exchange::send_body() {
  auto failed = co_await request_->send_body();
  if (!failed) co_return;
  fail(std::move(failed));
  disconnect();
}

/// Ends a handler that takes too long. The time in which it waits for the body is the client's.
task<> in_process_exchange::watch() {
  for (;;) {
    const auto is_at_work = co_await request_->at_work().wait();
    if (!is_at_work) co_return;
    const time_point when = due();
    if (when == time_point::max()) co_return;
    if (scheduler::current().now() >= when) break;
    const std::error_code cut = co_await sleep_until(when);
    if (cut) co_return;
  }
  handling_.cancel_if([this] {
    auto none = ending::none;
    return ending_.compare_exchange_strong(none, ending::late);
  });
}

time_point in_process_exchange::due() const noexcept {
  const duration until(until_.load());
  if (until == duration::max()) return time_point::max();
  return time_point(until) + request_->waited();
}

void in_process_exchange::limit_time(duration limit) noexcept {
  const bool has_end = limit < time_point::max() - began_;
  until_ = has_end ? (began_ + limit).time_since_epoch().count() : duration::max().count();
  if (has_end) beside_->go(watch());
}

std::shared_ptr<http::body_source> in_process_exchange::body() {
  return streams_ ? request_ : nullptr;
}

// ------------------------------------------------------------------ an answer that is there whole

void in_process_exchange::give_whole() {
  byte_buffer written;
  http::write_response(written, answer_,
                       {request_->message().method(), 1, true, http::current_date()});
  give(written.view());
}

void in_process_exchange::give_error(const http::parse_error& error) {
  byte_buffer written;
  http::write_error(written, error, {request_->message().method(), 1, false, http::current_date()});
  give(written.view());
}

void in_process_exchange::give(std::string_view written) {
  std::string body = give_head(written);
  if (error_) return;
  if (!body.empty()) pieces_.try_send(body);
  complete_ = true;
  pieces_.close();
}

/// Has the client read what the writer has made. @return the body behind the head
std::string in_process_exchange::give_head(std::string_view written) {
  http::response_parser parser(limits_of_answers());
  parser.reset(request_->message().method());
  const http::parse_step head = parser.next(written);
  if (head.event != http::parse_event::head) {
    error_ = make_error_code(condition::limit_exceeded);
    fail(std::make_exception_ptr(
        std::logic_error("weft: no client takes this answer: its head is too large")));
    return {};
  }
  head_or_failure given;
  given.head.emplace(parser.message());
  const http::parse_step body = parser.next(written.substr(head.consumed));
  std::string text(body.event == http::parse_event::body ? parser.body_chunk() : "");
  head_.sender.send(std::move(given));
  return text;
}

/// The first failure counts. Where the client has no head yet, serve() gives it this in the end.
void in_process_exchange::fail(std::exception_ptr why) noexcept {
  if (has_begun_to_fail_.exchange(true)) return;
  failure_ = std::move(why);
  has_failed_ = true;
}

/// Does nothing where there is none, or the client has had a head.
void in_process_exchange::give_failure() {
  if (!has_failed_) return;
  head_or_failure given;
  given.failure = failure_;
  head_.sender.send(std::move(given));
}

// ------------------------------------------------------------------ one that a producer writes

task<> in_process_exchange::produce() {
  const bool is_reset = answer_.status() == http_status::reset_content;
  has_body_ = weft::has_body(answer_.status()) && !is_reset &&
              request_->message().method() != http_method::head;
  // RFC 9110 15.3.6: 205 has a length, which is 0.
  const auto length = is_reset ? std::uint64_t{0} : answer_.produced_length();
  framing_ = {length ? http::body_framing::kind::length : http::body_framing::kind::chunked,
              length.value_or(0)};
  left_ = has_body_ ? framing_.length : 0;
  bool failed = false;
  if (has_body_) {
    handling_.open();
    try {
      if (is_wanted()) co_await answer_.producer()->produce(*this);
    } catch (...) {
      failed = true;
      if (handling_.is_open()) log_failure("the producer of an answer's body");
    }
    handling_.close();
  }
  request_->close();
  if (!begun_ && (failed || request_->error() != nullptr)) {
    give_error(request_->error() != nullptr ? *request_->error() : handler_failed);
  } else if (!failed && finish()) {
    complete_ = true;
  }
  pieces_.close();
}

/// Hands the head to the client, once.
void in_process_exchange::begin() {
  if (std::exchange(begun_, true)) return;
  byte_buffer written;
  const http_method method = request_->message().method();
  http::write_head(written, answer_, {method, 1, true, http::current_date()}, framing_);
  give_head(written.view());
}

result<void> in_process_exchange::count(std::uint64_t bytes) noexcept {
  if (framing_.how != http::body_framing::kind::length) return {};
  if (bytes > left_) return make_error_code(condition::limit_exceeded);
  left_ -= bytes;
  return {};
}

/// Under writing_.
task<result<void>> in_process_exchange::put(std::string_view bytes) {
  if (error_) co_return make_error_code(condition::closed);
  begin();
  if (error_) co_return error_;
  auto sent = count(bytes.size());
  if (sent && !bytes.empty()) {
    std::string piece(bytes);
    sent = co_await pieces_.send(std::move(piece));
  }
  if (!sent) error_ = sent.error();
  co_return sent;
}

task<result<void>> in_process_exchange::write(std::string_view bytes) {
  const auto held = co_await writing_.lock();
  const auto sent = co_await put(bytes);
  co_return sent;
}

task<result<void>> in_process_exchange::write_file(const file& from, std::uint64_t offset,
                                                   std::uint64_t length) {
  const auto held = co_await writing_.lock();
  std::string piece;
  while (length != 0) {
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(length, 32 * 1024)));
    const auto got = from.read_at(offset, piece);
    if (!got || *got == 0) {
      error_ = got ? make_error_code(condition::eof) : got.error();
      co_return error_;
    }
    piece.resize(*got);
    const auto sent = co_await put(piece);
    if (!sent) co_return sent;
    offset += piece.size();
    length -= piece.size();
  }
  co_return result<void>();
}

task<result<void>> in_process_exchange::flush() {
  const auto held = co_await writing_.lock();
  if (error_) co_return make_error_code(condition::closed);
  begin();
  if (error_) co_return error_;
  co_return result<void>();
}

void in_process_exchange::add_trailer(std::string_view name, std::string_view value) {
  response().set_header(name, value);  // what it refuses
  trailers_.add(name, value);
}

/// @return false where the client must not take the body for complete
bool in_process_exchange::finish() {
  if (error_ || left_ != 0 || ending_.load() != ending::none) return false;
  if (framing_.how == http::body_framing::kind::length) trailers_.clear();
  begin();
  return !error_;
}

// ------------------------------------------------------------------ the client's side

/// After a window was opened. A read-modify-write, as disconnect() does one: that has found the
/// window open, or is seen here.
bool in_process_exchange::is_wanted() noexcept {
  auto seen = ending::none;
  return ending_.compare_exchange_strong(seen, ending::none);
}

void in_process_exchange::disconnect() noexcept {
  auto none = ending::none;
  ending_.compare_exchange_strong(none, ending::disconnected);
  handling_.cancel();
  request_->close();
  pieces_.close();
}

}  // namespace weft::testing
