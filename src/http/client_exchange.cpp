#include "client_exchange.hpp"

#include "answer_error.hpp"
#include "char_class.hpp"
#include "parse_errors.hpp"
#include "until.hpp"

#include <algorithm>
#include <memory>
#include <system_error>

namespace weft::http {

namespace {

// A body up to this goes out with its head, in one write; a longer one in such pieces, each of
// which has to get on in body_timeout.
constexpr std::size_t piece_bytes = 64 * 1024;

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
  (*lease_)->begin(context.is_connect ? http_method::connect : request.method());
  auto sent = co_await send(request, context);
  if (!sent && (gave_up_ || is_final(sent.error()))) co_return sent;
  // Also where sending failed: a server that refuses may answer, and close before it has read all.
  if (!head_) {
    const patience wait(no_later_than(options_.head_timeout), duration::max());
    auto got = co_await read_head(wait);
    has_received_ = (*lease_)->has_received();
    if (!got) co_return got;
  }
  content_length_ = (*lease_)->parser().content_length();
  if (content_length_ == 0) finish();
  co_return result<void>{};
}

task<result<void>> client_exchange::send(const client_request& request,
                                         const request_context& context) {
  write_request_head(out_, request, context);
  const bool is_small = request.streamed_body() == nullptr &&
                        request.body().size() <= piece_bytes && !request.expects_continue();
  if (is_small) out_.append(request.body());
  auto sent = co_await write_out();
  body_sent_ = is_small && sent.has_value();
  if (!sent || is_small) co_return sent;
  if (request.expects_continue()) {
    auto told = co_await ask_before_body();
    if (!told || head_) co_return told;
  }
  auto all = co_await send_body_watched(request);
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

// Two tasks, since the server may answer before it has read all. Sending ends both; an answer ends
// the sending unless it is a success.
task<result<void>> client_exchange::send_body_watched(const client_request& request) {
  task_group both;
  both.go(send_beside(request, both));
  both.go(watch(both));
  co_await both.join();
  body_sent_ = sent_.has_value();
  if (gave_up_) co_return sent_;
  if (head_) co_return result<void>{};
  // A broken connection has cancelled the sending, which is not what the caller asks about.
  if (!watched_ && watched_.error() != condition::canceled) co_return watched_;
  co_return sent_;
}

task<> client_exchange::send_beside(const client_request& request, task_group& both) {
  sent_ = co_await send_body(request);
  both.cancel();
}

task<> client_exchange::watch(task_group& both) {
  const patience endless(time_point::max(), duration::max());
  watched_ = co_await read_head(endless);
  if (!watched_ && watched_.error() == condition::canceled) co_return;
  const bool is_success = head_ && static_cast<unsigned>(head_->status()) < 300;
  if (!is_success) both.cancel();
}

task<result<void>> client_exchange::send_body(const client_request& request) {
  if (request.streamed_body() == nullptr) {
    auto sent = co_await send_text(request.body());
    co_return sent;
  }
  outgoing_body& body = *request.streamed_body();
  if (const auto length = request.body_length()) {
    auto sent = co_await send_length(body, *length);
    co_return sent;
  }
  auto sent = co_await send_chunks(body);
  co_return sent;
}

task<result<void>> client_exchange::send_text(std::string_view text) {
  while (!text.empty()) {
    const auto piece = text.substr(0, piece_bytes);
    auto sent = co_await write(piece);
    if (!sent) co_return sent;
    text.remove_prefix(piece.size());
  }
  co_return result<void>{};
}

task<result<void>> client_exchange::send_length(outgoing_body& body, std::uint64_t length) {
  for (;;) {
    auto piece = co_await body.read();
    if (!piece && piece.error() != condition::eof) co_return give_up(piece.error());
    if (!piece) break;
    if (piece->size() > length) co_return give_up(condition::limit_exceeded);
    length -= piece->size();
    auto sent = co_await send_text(*piece);
    if (!sent) co_return sent;
  }
  if (length != 0) co_return give_up(condition::bad_input);
  co_return result<void>{};
}

task<result<void>> client_exchange::send_chunks(outgoing_body& body) {
  for (;;) {
    auto piece = co_await body.read();
    if (!piece && piece.error() != condition::eof) co_return give_up(piece.error());
    if (!piece) break;
    write_chunk(out_, *piece);
    auto sent = co_await write_out();
    if (!sent) co_return sent;
  }
  write_last_chunk(out_, body.trailers());
  auto sent = co_await write_out();
  co_return sent;
}

// A cancel may be the watch's, which has an answer then.
result<void> client_exchange::give_up(std::error_code why) noexcept {
  gave_up_ = why != condition::canceled;
  return why;
}

task<result<void>> client_exchange::write_out() {
  auto sent = co_await send_text(out_.view());
  out_.clear();
  co_return sent;
}

task<result<void>> client_exchange::write(std::string_view bytes) {
  auto sent = co_await until(no_later_than(options_.body_timeout), (*lease_)->write(bytes));
  co_return sent;
}

// ------------------------------------------------------------------ the answer

task<result<void>> client_exchange::read_head(patience p) {
  auto event = co_await next(p, stop_at::event);
  if (!event) co_return event.error();
  co_return take_head_from_parser();
}

result<void> client_exchange::take_head_from_parser() {
  const response_parser& parser = (*lease_)->parser();
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
  const auto kept = std::make_shared<connection_lease>(std::move(*lease_));
  lease_.reset();
  client_connection& connection = **kept;
  return {std::shared_ptr<tcp_stream>(kept, &connection.stream()), connection.take_unread()};
}

task<result<std::string_view>> client_exchange::read() {
  if (complete_) co_return condition::eof;
  if (!lease_) co_return condition::closed;
  const patience wait(deadline_, options_.body_timeout);
  for (;;) {
    auto event = co_await next(wait, stop_at::event);
    if (!event) {
      lease_.reset();
      co_return event.error();
    }
    response_parser& parser = (*lease_)->parser();
    if (*event == parse_event::body) co_return parser.body_chunk();
    if (*event == parse_event::trailer)
      trailers_.add(parser.trailer().name, parser.trailer().value);
    if (*event == parse_event::done) {
      finish();
      co_return condition::eof;
    }
  }
}

task<result<parse_event>> client_exchange::next(patience p, stop_at s) {
  client_connection& connection = **lease_;
  for (;;) {
    const parse_event event = connection.step();
    if (event == parse_event::error) co_return answer_error(connection.parser().error());
    if (event != parse_event::need_more) co_return event;
    if (s == stop_at::event_or_continue && connection.parser().told_to_continue()) co_return event;
    const time_point when = std::min(p.until_when, from_now(p.for_each));
    auto got = co_await until(when, connection.receive());
    if (!got && got.error() == condition::eof) co_return at_end_of_stream();
    if (!got) co_return got.error();
  }
}

result<parse_event> client_exchange::at_end_of_stream() {
  client_connection& connection = **lease_;
  if (!connection.has_received()) return condition::eof;
  const parse_event event = connection.parser().finish().event;
  if (event == parse_event::error) return answer_error(connection.parser().error());
  return event;
}

void client_exchange::finish() {
  complete_ = true;
  client_connection& connection = **lease_;
  const bool can_serve_again =
      body_sent_ && connection.parser().keep_alive() && !connection.has_unread();
  if (can_serve_again) lease_->give_back();
  lease_.reset();
}

bool client_exchange::met_a_closed_connection(std::error_code error) const noexcept {
  return lease_ && lease_->was_resting() && !has_received_ && !is_final(error);
}

}  // namespace weft::http
