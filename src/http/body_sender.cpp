#include "body_sender.hpp"

#include "until.hpp"

#include <weft/http/request_writer.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace weft::http {
namespace {

// Each has to get on in body_timeout.
constexpr std::size_t piece_bytes = 64 * 1024;

}  // namespace

task<result<void>> send_in_pieces(client_connection& to, std::string_view text, sending_time time) {
  while (!text.empty()) {
    const auto piece = text.substr(0, piece_bytes);
    const time_point when = std::min(time.deadline, from_now(time.for_each));
    auto sent = co_await until(when, to.write(piece));
    if (!sent) co_return sent;
    text.remove_prefix(piece.size());
  }
  co_return result<void>{};
}

body_sender::body_sender(std::shared_ptr<connection_lease> lease, const client_request& request,
                         sending_time time)
    : lease_(std::move(lease)),
      connection_(**lease_),
      text_(request.shared_body()),
      streamed_(request.streamed_body()),
      length_(request.body_length()),
      time_(time) {}

task<> body_sender::run(std::shared_ptr<body_sender> self) {
  self->sending_.open();
  // A read-modify-write, as stop() does one: it has found the window open, or is seen here.
  if (self->stopped_.fetch_or(0) == 0) {
    try {
      self->sent_ = co_await self->send();
    } catch (...) {
      self->thrown_ = std::current_exception();
      self->gave_up_ = true;
    }
  }
  self->sending_.close();
  // The server must not wait for what does not come.
  if (self->gave_up_) self->connection_.stream().abort(condition::closed);
  self->lease_.reset();
  self->ended_.set();
}

void body_sender::stop() noexcept {
  stopped_.fetch_or(1);
  sending_.cancel();
}

result<void> body_sender::outcome() const {
  if (thrown_ != nullptr) std::rethrow_exception(thrown_);
  return sent_;
}

task<result<void>> body_sender::send() {
  if (streamed_ == nullptr) {
    auto sent = co_await send_in_pieces(connection_, *text_, time_);
    co_return sent;
  }
  if (length_) {
    auto sent = co_await send_length(*length_);
    co_return sent;
  }
  auto sent = co_await send_chunks();
  co_return sent;
}

task<result<void>> body_sender::send_length(std::uint64_t length) {
  for (;;) {
    auto piece = co_await streamed_->read();
    if (!piece && piece.error() != condition::eof) co_return give_up(piece.error());
    if (!piece) break;
    if (piece->size() > length) co_return give_up(condition::limit_exceeded);
    length -= piece->size();
    auto sent = co_await send_in_pieces(connection_, *piece, time_);
    if (!sent) co_return sent;
  }
  if (length != 0) co_return give_up(condition::bad_input);
  co_return result<void>{};
}

task<result<void>> body_sender::send_chunks() {
  bool more = true;
  while (more) {
    auto piece = co_await streamed_->read();
    if (!piece && piece.error() != condition::eof) co_return give_up(piece.error());
    more = piece.has_value();
    if (more) write_chunk(out_, *piece);
    else write_last_chunk(out_, streamed_->trailers());
    auto sent = co_await send_in_pieces(connection_, out_.view(), time_);
    if (!sent) co_return sent;
    out_.clear();
  }
  co_return result<void>{};
}

// A cancel is stop()'s, unless the body says so by itself.
result<void> body_sender::give_up(std::error_code why) noexcept {
  gave_up_ = stopped_.load() == 0;
  return why;
}

}  // namespace weft::http
