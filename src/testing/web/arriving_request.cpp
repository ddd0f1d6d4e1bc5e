#include "arriving_request.hpp"

#include <weft/http/request_writer.hpp>
#include <weft/runtime/scheduler.hpp>

#include <stdexcept>
#include <system_error>
#include <utility>

namespace weft::testing {
namespace {

std::error_code condition_of(const http::parse_error& error) noexcept {
  switch (error.status) {
    case http_status::content_too_large:
    case http_status::request_header_fields_too_large: return condition::limit_exceeded;
    default: return condition::bad_input;
  }
}

std::exception_ptr failure(std::error_code error) {
  return std::make_exception_ptr(std::system_error(error, "weft: the body of a request"));
}

}  // namespace

arriving_request::arriving_request(http::client_request sent, const url_place& to,
                                   const http_limits& limits)
    : sent_(std::move(sent)), parser_(limits) {
  http::request_context context;
  context.target = to.target;
  context.authority = to.authority;
  http::write_request_head(head_, sent_, context);
  at_work_.set();
}

bool arriving_request::read_head() {
  const http::parse_step step = parser_.next(head_.view());
  if (step.event == http::parse_event::error) error_ = &parser_.error();
  return step.event == http::parse_event::head;
}

bool arriving_request::has_body() const noexcept {
  return parser_.chunked() || parser_.content_length().value_or(0) != 0;
}

bool arriving_request::accepts_length() {
  if (parser_.next({}).event == http::parse_event::error) error_ = &parser_.error();
  return error() == nullptr;
}

task<bool> arriving_request::collect() {
  for (;;) {
    const auto piece = co_await read_piece();
    if (!piece && piece.error() != condition::eof) co_return false;
    if (!piece) break;
    body_.append(*piece);
  }
  message().set_body(body_);
  if (parser_.chunked()) message().set_trailers(trailers_.view());
  co_return true;
}

task<result<std::string_view>> arriving_request::read() {
  const auto self = shared_from_this();  // the caller's body_stream may go meanwhile
  if (complete()) co_return make_error_code(condition::eof);
  if (closed_) co_return make_error_code(condition::closed);
  if (is_read_.exchange(true)) {
    throw std::logic_error("weft: body_stream::read() while another read() of that body waits");
  }
  const auto piece = co_await read_piece();
  is_read_ = false;
  co_return piece;
}

task<result<std::string_view>> arriving_request::read_piece() {
  using http::parse_event;
  for (;;) {
    if (error() != nullptr) co_return condition_of(*error());
    const http::parse_step step = parser_.next(unread_);
    unread_.remove_prefix(step.consumed);
    switch (step.event) {
      case parse_event::body: co_return parser_.body_chunk();
      case parse_event::trailer: {
        const auto& [name, value] = parser_.trailer();
        trailers_.add(name, value);
        break;
      }
      case parse_event::done:
        complete_.store(true, std::memory_order_release);
        co_return make_error_code(condition::eof);
      case parse_event::head:  // has been
      case parse_event::error: error_ = &parser_.error(); break;
      case parse_event::need_more: {
        const auto got = co_await more();
        if (!got) co_return got.error();
      }
    }
  }
}

task<result<void>> arriving_request::more() {
  if (!is_streamed()) {
    if (std::exchange(is_sent_, true)) co_return make_error_code(condition::closed);
    unread_ = sent_.body();
    co_return result<void>();
  }
  const time_point began = scheduler::current().now();
  at_work_.reset();
  const auto piece = co_await pieces_.recv();
  waited_ += (scheduler::current().now() - began).count();
  at_work_.set();
  if (!piece && piece.error() == condition::canceled) co_return piece.error();
  if (!piece && cut_) co_return std::make_error_code(std::errc::connection_reset);
  if (!piece) co_return make_error_code(condition::closed);
  arrived_ = std::string(unread_) + *piece;
  unread_ = arrived_;
  co_return result<void>();
}

task<std::exception_ptr> arriving_request::send_body() {
  std::exception_ptr failed;
  try {
    failed = co_await make_pieces();
  } catch (...) {
    failed = std::current_exception();
  }
  if (failed) {
    cut_ = true;
    pieces_.close();
  }
  co_return failed;
}

task<std::exception_ptr> arriving_request::make_pieces() {
  http::outgoing_body& body = *sent_.streamed_body();
  const auto announced = sent_.body_length();
  std::uint64_t left = announced.value_or(0);
  for (;;) {
    const auto piece = co_await body.read();
    if (closed_) co_return std::exception_ptr();
    if (!piece && piece.error() != condition::eof) co_return failure(piece.error());
    std::string framed;
    if (announced) {
      if (piece && piece->size() > left) co_return failure(condition::limit_exceeded);
      if (!piece && left != 0) co_return failure(condition::bad_input);
      if (piece) framed = *piece;
      left -= framed.size();
    } else {
      byte_buffer chunk;
      if (piece) http::write_chunk(chunk, *piece);
      else http::write_last_chunk(chunk, body.trailers());
      framed = chunk.view();
    }
    if (!framed.empty()) {
      const auto sent = co_await pieces_.send(std::move(framed));
      if (!sent) co_return std::exception_ptr();  // nobody wants it any more
    }
    if (!piece) co_return std::exception_ptr();
  }
}

void arriving_request::close() noexcept {
  closed_ = true;
  pieces_.close();
}

}  // namespace weft::testing
