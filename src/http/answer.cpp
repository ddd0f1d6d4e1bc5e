#include <weft/http/answer.hpp>

#include "answer_error.hpp"
#include "client_exchange.hpp"
#include "parse_errors.hpp"

#include <algorithm>
#include <stdexcept>

namespace weft::http {

namespace {

namespace errors = detail::errors;

// An announced length is not believed before the bytes come.
constexpr std::uint64_t most_reserved = 1024 * 1024;

}  // namespace

answer_head::answer_head(const response_head& seen) : status_(seen.status), reason_(seen.reason) {
  for (const auto& [name, value] : seen.headers) fields_.add(name, value);
}

answer_stream::answer_stream(answer_head head, std::unique_ptr<client_exchange> exchange) noexcept
    : answer_head(std::move(head)),
      exchange_(std::move(exchange)),
      content_length_(exchange_->content_length()) {}
answer_stream::answer_stream(answer_stream&&) noexcept = default;
answer_stream& answer_stream::operator=(answer_stream&&) noexcept = default;
answer_stream::~answer_stream() = default;

task<result<std::string_view>> answer_stream::read() { return exchange_->read(); }
bool answer_stream::complete() const noexcept { return exchange_->complete(); }
std::span<const header_field> answer_stream::trailers() const noexcept {
  return exchange_->trailers();
}

bool answer_stream::has_switched() const noexcept {
  return exchange_ != nullptr && exchange_->has_switched();
}

upgraded_stream answer_stream::take_stream() && {
  if (!has_switched())
    throw std::logic_error("weft: an answer whose connection still speaks HTTP has no stream");
  const auto exchange = std::move(exchange_);
  return exchange->take_stream();
}

task<result<answer>> answer_stream::collect(std::uint64_t max_bytes) && {
  byte_buffer body;
  if (content_length_.value_or(0) > max_bytes) co_return answer_error(errors::body_too_large);
  if (content_length_)
    body.reserve(static_cast<std::size_t>(std::min(*content_length_, most_reserved)));
  for (;;) {
    auto piece = co_await exchange_->read();
    if (!piece && piece.error() != condition::eof) co_return piece.error();
    if (!piece) break;
    if (piece->size() > max_bytes - body.size()) co_return answer_error(errors::body_too_large);
    body.append(*piece);
  }
  answer_head& head = *this;
  answer whole(std::move(head), std::move(body), exchange_->take_trailers());
  co_return whole;
}

}  // namespace weft::http
