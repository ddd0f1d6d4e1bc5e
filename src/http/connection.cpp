#include "connection.hpp"

#include "streamed_answer.hpp"
#include "streamed_body.hpp"

#include <weft/http/date.hpp>

#include <cstdio>
#include <exception>
#include <utility>

namespace weft::http {
namespace {

// Pipelined answers are written at the latest when they are this long together.
constexpr std::size_t most_unsent_bytes = 64 * 1024;

constexpr parse_error handler_failed{http_status::internal_server_error,
                                     "The server could not answer this request", "handler_failed"};
constexpr parse_error handler_too_slow{http_status::service_unavailable,
                                       "The answer took longer than handler_timeout allows",
                                       rejection_reasons::handler_timeout};

void log_failure(const char* who) noexcept {
  try {
    throw;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "weft: %s ended with an exception: %s\n", who, e.what());
  } catch (...) {
    std::fprintf(stderr, "weft: %s ended with an unknown exception\n", who);
  }
}

}  // namespace

connection::connection(tcp_stream stream, const serving& by)
    : wire_(std::move(stream), by.limits, by.pulse),
      handler_(by.handler),
      reader_(wire_, by.hosts, by.gate, traced_) {}

task<> connection::serve() {
  using outcome = request_reader::outcome;
  for (;;) {
    const outcome got = co_await reader_.read_request(handler_);
    if (got == outcome::ended) co_return;
    if (got == outcome::refused) answer_error(*reader_.error());
    else if (got == outcome::shed) co_await answer_shed();
    else co_await answer_request(got == outcome::streams);
    if (closing_) break;
    finish_request();
  }
  if (reader_.peer_gone() || over_) co_return;
  if (wire_.has_unsent()) {
    const auto sent = co_await wire_.flush();
    if (!sent) co_return;
  }
  // A peer that asked for the close itself, and left nothing unread, sends nothing more.
  const bool may_send_more =
      reader_.message().keep_alive() || reader_.has_unread() || !reader_.body_complete();
  if (may_send_more) co_await wire_.linger();
}

void connection::finish_request() {
  wire_.work().answer.clear();
  reader_.finish_request();
}

// ------------------------------------------------------------------ answering

task<> connection::answer_request(bool streams) {
  ++requests_;
  wire_.tally().request_began();
  response& answer = wire_.work().answer;
  if (streams) body_ = std::make_shared<streamed_body>(reader_);
  reader_.message().set_exchange(this);
  route_.store(nullptr, std::memory_order_relaxed);
  open_window(is_producing::no);
  bool failed = false;
  try {
    co_await handler_.handle(reader_.message(), answer);
  } catch (...) {
    failed = true;
    if (handling_.is_open()) log_failure("a request handler");
  }
  const parse_error* wrong = nullptr;
  if (failed || !may_take_over(answer)) wrong = &handler_failed;
  if (close_window() == ending::late) wrong = &handler_too_slow;
  const bool body_went_wrong = reader_.error() != nullptr || reader_.peer_gone();
  if (wrong == nullptr && !body_went_wrong && answer.producer() != nullptr) {
    co_await answer_produced(answer);
  } else {
    if (body_ != nullptr) co_await body_->close();
    if (reader_.error() != nullptr) wrong = reader_.error();
    if (reader_.peer_gone()) closing_ = true;
    else if (wrong != nullptr) answer_error(*wrong);
    else if (answer.takeover() != nullptr) co_await hand_over(answer.takeover());
    else answer_whole(answer);
  }
  reader_.leave_count();
  if (body_ != nullptr) co_await finish_body();
  if (wire_.out().size() > most_unsent_bytes) {
    const auto sent = co_await wire_.flush();
    closing_ = closing_ || !sent;
  }
}

// Nothing is wrong with the request: its body is treated as one that a handler leaves unread.
task<> connection::answer_shed() {
  ++requests_;
  const parse_error& why = reader_.why_shed();
  response& answer = wire_.work().answer;
  describe_error(answer, why);
  closing_ = !may_go_on() || !reader_.can_drain();
  write_response(wire_.out(), answer, context_of_answer(!closing_));
  traced_.shed(static_cast<std::uint32_t>(why.status));
  wire_.tally().answered(why.status);
  co_await finish_body();
  if (wire_.out().size() > most_unsent_bytes) {
    const auto sent = co_await wire_.flush();
    closing_ = closing_ || !sent;
  }
}

void connection::answer_whole(const response& answer) {
  closing_ = !may_go_on() || !reader_.can_drain();
  write_response(wire_.out(), answer, context_of_answer(!closing_));
  note_answer(answer.status());
}

void connection::answer_error(const parse_error& error) {
  closing_ = true;
  reader_.leave_count();
  write_error(wire_.out(), error, context_of_answer(false));
  note_answer(error.status);
  if (&error != &handler_failed) wire_.tally().rejected(error.metric);
}

task<> connection::answer_produced(const response& answer) {
  closing_ = !may_go_on() || !reader_.is_body_wanted();
  streamed_answer out(wire_, answer, context_of_answer(!closing_));
  closing_ = closing_ || out.ends_with_connection();
  bool produced = true;
  if (out.has_body()) {
    open_window(is_producing::yes);
    try {
      co_await answer.producer()->produce(out);
    } catch (...) {
      produced = false;
      if (handling_.is_open()) log_failure("the producer of an answer's body");
    }
    close_window();
  }
  if (body_ != nullptr) co_await body_->close();
  if (!out.has_begun() && (!produced || reader_.error() != nullptr)) {
    answer_error(reader_.error() != nullptr ? *reader_.error() : handler_failed);
    co_return;
  }
  const bool complete = produced && out.finish();
  if (!complete) {
    closing_ = true;
    // Its end in good order would be the body's.
    over_ = out.ends_with_connection();
    if (over_) wire_.cut();
  }
  note_answer(answer.status());
}

/// After the answer: what the handler has left of the body is dropped, or the connection ends.
task<> connection::finish_body() {
  body_.reset();
  wire_.set_answer_begun(true);
  if (closing_ || reader_.body_complete()) co_return;
  if (!reader_.can_drain()) {
    closing_ = true;
    co_return;
  }
  if (wire_.has_unsent()) {
    const auto sent = co_await wire_.flush();
    closing_ = !sent;
  }
  const bool drained = co_await reader_.drain();
  closing_ = closing_ || !drained;
}

// RFC 9110 7.8: a server ignores Upgrade in an HTTP/1.0 request.
bool connection::may_take_over(const response& answer) const noexcept {
  if (answer.takeover() == nullptr) return true;
  const request& message = reader_.message();
  return message.minor_version() != 0 && message.header("upgrade") && reader_.body_complete();
}

/// The 101, and then whatever the takeover speaks, until it has ended.
task<> connection::hand_over(std::shared_ptr<takeover> next) {
  closing_ = over_ = true;
  write_response(wire_.out(), wire_.work().answer, context_of_answer(true));
  note_answer(http_status::switching_protocols);
  reader_.leave_count();  // the peer may act on the 101 at once
  const auto sent = co_await wire_.flush();
  if (!sent) co_return;
  std::string unread = reader_.take_unread();
  wire_.release_work();
  upgraded_stream stream(wire_.stream(), std::move(unread));
  try {
    co_await next->run(stream);
  } catch (...) {
    log_failure("what took a connection over");
  }
}

response_context connection::context_of_answer(bool keep_alive) const noexcept {
  const request& message = reader_.message();
  return {message.method(), message.minor_version(), keep_alive, current_date()};
}

bool connection::may_go_on() noexcept {
  if (!reader_.message().keep_alive()) return false;
  if (wire_.stopping()) {
    wire_.tally().rejected(rejection_reasons::stopping);
    return false;
  }
  if (requests_ >= wire_.limits().max_requests_per_connection) {
    wire_.tally().rejected(rejection_reasons::request_count);
    return false;
  }
  return !wire_.reading_ended();
}

void connection::note_answer(http_status status) noexcept {
  traced_.done(static_cast<std::uint32_t>(status));
  wire_.tally().answered(status);
}

// ------------------------------------------------------------------ exchange

std::shared_ptr<body_source> connection::body() { return body_; }

void connection::limit_time(duration limit) noexcept {
  const auto until = wire_.in(limit);
  const bool has_end = until != time_bound::never;
  handler_until_.set(has_end ? until - reader_.body_waited() : until);
}

// ------------------------------------------------------------------ the sweep

void connection::open_window(is_producing producing) {
  is_producing_ = producing;
  ending_ = ending::none;
  if (producing == is_producing::yes) handler_until_.clear();
  else limit_time(wire_.limits().handler_timeout);
  handling_.open();
}

connection::ending connection::close_window() noexcept {
  return handling_.close() ? ending_ : ending::none;
}

void connection::sweep(time_point now) noexcept {
  const auto count = now.time_since_epoch().count();
  wire_.expire_if_due(count);
  if (!handling_.is_open()) return;
  handling_.cancel_if([this, count] {
    ending_ = is_late(count)   ? ending::late
              : peer_left()    ? ending::disconnected
              : stop_ends_it() ? ending::stopped
                               : ending::none;
    return ending_ != ending::none;
  });
}

// The time in which a handler waits for the body is the peer's, and has limits of its own.
bool connection::is_late(duration::rep now) const noexcept {
  return !wire_.is_reading() && handler_until_.is_over(now - reader_.body_waited());
}

// Who reads or writes finds out by itself. A peer that has finished its direction may still want
// the answer; but most have gone, and a handler that has not begun to answer would not notice.
// A producer notices with its next write.
bool connection::peer_left() noexcept {
  if (wire_.is_reading() || wire_.is_writing()) return false;
  const peer_state peer = wire_.stream().peer();
  if (peer == peer_state::finished) return is_producing_ == is_producing::no;
  return peer == peer_state::gone;
}

/// A producer without an end of its own would hold up the stop.
bool connection::stop_ends_it() const noexcept {
  return is_producing_ == is_producing::yes && wire_.stopping() &&
         wire_.held_work().answer.producer()->ends_with_stop();
}

// ------------------------------------------------------------------ reports

std::optional<work_name> connection::work_of(std::uint32_t task) noexcept {
  std::optional<work_name> found;
  handling_.if_open([&](std::uint32_t number) {
    if (number == 0 || number != task) return;
    const std::string* route = route_.load();
    found.emplace();
    found->append(reader_.message().method_name());
    found->append(" ");
    found->append(route != nullptr ? std::string_view(*route) : reader_.message().path());
  });
  return found;
}

void work_name::append(std::string_view text) noexcept {
  size_ += text.copy(text_.data() + size_, text_.size() - size_);
}

}  // namespace weft::http
