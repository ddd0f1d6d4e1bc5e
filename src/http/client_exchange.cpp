#include "client_exchange.hpp"

#include "answer_error.hpp"
#include "char_class.hpp"
#include "parse_errors.hpp"
#include "until.hpp"

#include <weft/runtime/shield.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <system_error>

namespace weft::http {

namespace {

// A body up to this goes out with its head, in one write.
constexpr std::size_t small_body_bytes = 64 * 1024;
// For a streamed body to end its read when it is cancelled. One that does not is left behind.
constexpr auto body_end_time = std::chrono::milliseconds(250);

task<result<void>> wait_for(event& e) {
  auto waited = co_await e.wait();
  co_return waited;
}

bool is_final(std::error_code error) noexcept {
  return error == condition::canceled || error == condition::timed_out;
}

}  // namespace

time_point client_exchange::no_later_than(duration wait) const {
  return std::min(deadline_, from_now(wait));
}

// ------------------------------------------------------------------ the request

task<result<void>> client_exchange::start(const client_request& request,
                                          const request_context& context) {
  upgrade_ = context.upgrade;
  connection().begin(context.is_connect ? http_method::connect : request.method());
  auto sent = co_await send(request, context);
  const bool is_over = !sent && (is_final(sent.error()) || has_given_up());
  if (is_over) co_return sent;
  // Also where sending failed: a server that refuses may answer, and close before it has read all.
  if (!head_) {
    const patience wait(no_later_than(options_.head_timeout), duration::max());
    auto got = co_await read_head(wait);
    has_received_ = connection().has_received();
    if (!got) co_return got;
  }
  content_length_ = connection().parser().content_length();
  const bool is_sending = sender_ != nullptr && !sender_->has_ended();
  if (content_length_ == 0 && !is_sending) finish();
  co_return result<void>{};
}

task<result<void>> client_exchange::send(const client_request& request,
                                         const request_context& context) {
  write_request_head(out_, request, context);
  const bool is_small = request.streamed_body() == nullptr &&
                        request.body().size() <= small_body_bytes && !request.expects_continue();
  if (is_small) out_.append(request.body());
  const sending_time time{deadline_, options_.body_timeout};
  auto sent = co_await send_in_pieces(connection(), out_.view(), time);
  out_.clear();
  body_sent_ = is_small && sent.has_value();
  if (!sent || is_small) co_return sent;
  if (request.expects_continue()) {
    auto told = co_await ask_before_body();
    if (!told || head_) co_return told;
  }
  auto all = co_await send_body_beside(request);
  co_return all;
}

// A server that does not know the expectation says nothing (RFC 9110 10.1.1).
task<result<void>> client_exchange::ask_before_body() {
  const patience wait(no_later_than(options_.continue_timeout), duration::max());
  auto event = co_await next(wait, stop_at::event_or_continue);
  if (!event) {
    const bool goes_on = event.error() == condition::timed_out && from_now({}) < deadline_;
    if (goes_on) co_return result<void>{};
    co_return event.error();
  }
  if (*event == parse_event::head) co_return take_head_from_parser();
  co_return result<void>{};
}

// Until the answer begins, or all is sent. An answer that is no success ends the sending (RFC 9112
// 9.5), else it goes on while the answer is read (RFC 9110 7.5).
task<result<void>> client_exchange::send_body_beside(const client_request& request) {
  begin_sending(request);
  task_group both;
  both.go(watch(both));
  both.go(wait_for_sender(both));
  co_await both.join();
  if (has_given_up()) co_return sender_->outcome();
  if (head_) {
    const bool is_success = static_cast<unsigned>(head_->status()) < 300;
    if (!is_success) sender_->stop();
    co_return result<void>{};
  }
  if (sender_->has_ended()) co_return sender_->outcome();
  // Cancelled, or the connection is broken: what the body itself may have come to counts more.
  const auto cause = co_await cause_of(watched_.error());
  co_return cause;
}

void client_exchange::begin_sending(const client_request& request) {
  sender_ = std::make_shared<body_sender>(lease_, request,
                                          sending_time{deadline_, options_.body_timeout});
  scheduler::current().spawn(body_sender::run(sender_));
}

task<> client_exchange::watch(task_group& both) {
  const patience whole(deadline_, duration::max());
  watched_ = co_await read_head(whole);
  both.cancel();
}

task<> client_exchange::wait_for_sender(task_group& both) {
  const auto ended = co_await sender_->ended().wait();
  if (ended) both.cancel();
}

/// The answer is whole. Where the connection goes on, so does the sending, to its end; where the
/// server closes it, nobody reads what would still be sent.
task<result<void>> client_exchange::settle_sending() {
  if (!connection().parser().keep_alive()) sender_->stop();
  auto ended = co_await until(deadline_, wait_for(sender_->ended()));
  if (!ended) co_return ended;
  if (sender_->gave_up()) co_return sender_->outcome();
  co_return result<void>{};
}

/// Why a read has failed: a body that could not be had has ended the connection. The sending is
/// over with this, unless a body's read does not end: then it keeps its connection, which is cut.
task<std::error_code> client_exchange::cause_of(std::error_code error) {
  if (sender_ == nullptr) co_return error;
  sender_->stop();
  // Where this task is cancelled too: with its end the connection is nobody's any more.
  auto ending = until(from_now(body_end_time), wait_for(sender_->ended()));
  auto ended = co_await shield(std::move(ending));
  if (!ended) leave_sender();
  if (!ended || error == condition::canceled || !sender_->gave_up()) co_return error;
  const auto body = sender_->outcome();
  co_return body ? error : body.error();
}

/// The connection is the sender's alone until its body's read has ended. Nothing more is sent, and
/// the server sees the request cut short.
void client_exchange::leave_sender() noexcept {
  tcp_stream& stream = connection().stream();
  stream.abort(condition::closed);
  stream.finish_writing();
}

bool client_exchange::has_given_up() const noexcept {
  return sender_ != nullptr && sender_->has_ended() && sender_->gave_up();
}

bool client_exchange::has_sent_all() const noexcept {
  return body_sent_ || (sender_ != nullptr && sender_->has_ended() && sender_->has_sent_all());
}

// ------------------------------------------------------------------ the answer

task<result<void>> client_exchange::read_head(patience p) {
  auto event = co_await next(p, stop_at::event);
  if (!event) co_return event.error();
  co_return take_head_from_parser();
}

result<void> client_exchange::take_head_from_parser() {
  const response_parser& parser = connection().parser();
  const response_head& seen = parser.message();
  if (seen.status == http_status::switching_protocols && !is_asked_for(seen))
    return answer_error(detail::errors::unasked_protocol);
  head_.emplace(seen);
  has_switched_ = complete_ = parser.is_tunnel();
  return {};
}

bool client_exchange::is_asked_for(const response_head& switching) const noexcept {
  const auto protocol = switching.header("Upgrade");
  return !upgrade_.empty() && protocol && detail::equals_any_case(*protocol, upgrade_);
}

upgraded_stream client_exchange::take_stream() {
  client_connection& c = connection();
  std::string unread = c.take_unread();
  return {std::shared_ptr<tcp_stream>(std::move(lease_), &c.stream()), std::move(unread)};
}

task<result<std::string_view>> client_exchange::read() {
  if (complete_) co_return condition::eof;
  if (lease_ == nullptr) co_return condition::closed;
  const patience wait(deadline_, options_.body_timeout);
  for (;;) {
    auto event = co_await next(wait, stop_at::event);
    if (!event) {
      const auto cause = co_await cause_of(event.error());
      lease_.reset();
      co_return cause;
    }
    response_parser& parser = connection().parser();
    if (*event == parse_event::body) co_return parser.body_chunk();
    if (*event == parse_event::trailer)
      trailers_.add(parser.trailer().name, parser.trailer().value);
    if (*event == parse_event::done) break;
  }
  if (sender_ != nullptr) {
    auto settled = co_await settle_sending();
    if (!settled) {
      sender_->stop();
      lease_.reset();
      co_return settled.error();
    }
  }
  finish();
  co_return condition::eof;
}

task<result<parse_event>> client_exchange::next(patience p, stop_at s) {
  client_connection& c = connection();
  for (;;) {
    const parse_event event = c.step();
    if (event == parse_event::error) co_return answer_error(c.parser().error());
    if (event != parse_event::need_more) co_return event;
    if (s == stop_at::event_or_continue && c.parser().told_to_continue()) co_return event;
    const time_point when = std::min(p.until_when, from_now(p.for_each));
    auto got = co_await until(when, c.receive());
    if (!got && got.error() == condition::eof) co_return at_end_of_stream();
    if (!got) co_return got.error();
  }
}

result<parse_event> client_exchange::at_end_of_stream() {
  client_connection& c = connection();
  if (!c.has_received()) return condition::eof;
  const parse_event event = c.parser().finish().event;
  if (event == parse_event::error) return answer_error(c.parser().error());
  return event;
}

void client_exchange::finish() {
  complete_ = true;
  client_connection& c = connection();
  if (has_sent_all() && c.parser().keep_alive() && !c.has_unread()) lease_->give_back();
  lease_.reset();
}

bool client_exchange::met_a_closed_connection(std::error_code error) const noexcept {
  return lease_ != nullptr && lease_->was_resting() && !has_received_ && !is_final(error);
}

}  // namespace weft::http
