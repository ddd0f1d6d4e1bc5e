#include "in_process_transport.hpp"

#include "in_process_exchange.hpp"
#include "url_place.hpp"

#include <memory>
#include <string>

namespace weft::testing::detail {
namespace {

/// The body of an answer, as its client reads it. When it goes, the client has gone.
class answer_body final : public http::body_source {
public:
  explicit answer_body(std::shared_ptr<in_process_exchange> from) noexcept
      : from_(std::move(from)) {}
  ~answer_body() override { from_->disconnect(); }

  task<result<std::string_view>> read() override;
  bool complete() const noexcept override { return complete_; }
  std::span<const header_field> trailers() const noexcept override { return from_->trailers(); }

private:
  const std::shared_ptr<in_process_exchange> from_;
  std::string piece_;
  std::error_code end_;
  bool complete_ = false;
};

task<result<std::string_view>> answer_body::read() {
  const auto self = shared_from_this();
  if (end_) co_return end_;
  auto piece = co_await from_->pieces().recv();
  if (piece) {
    piece_ = std::move(*piece);
    co_return std::string_view(piece_);
  }
  if (piece.error() == condition::canceled) {
    end_ = make_error_code(condition::closed);
    from_->disconnect();
    co_return piece.error();
  }
  if (from_->failure() != nullptr) std::rethrow_exception(from_->failure());
  complete_ = from_->complete();
  end_ = make_error_code(complete_ ? condition::eof : condition::bad_input);
  co_return end_;
}

task<> serve(std::shared_ptr<in_process_exchange> exchange) { co_await exchange->serve(); }

}  // namespace

task<result<app_stream>> in_process_transport::open(http::client_request request) {
  const auto place = place_of(request.url());
  if (!place) co_return place.error();
  auto arriving = std::make_shared<arriving_request>(std::move(request), *place, options_.limits);
  const auto exchange = std::make_shared<in_process_exchange>(app_, options_, std::move(arriving));
  scheduler::current().spawn(serve(exchange));
  auto got = co_await exchange->head().recv();
  if (!got) {
    exchange->disconnect();
    // Without a head and without a failure its task was cancelled: the scheduler stops.
    if (got.error() == condition::eof) co_return make_error_code(condition::canceled);
    co_return got.error();
  }
  if (got->failure != nullptr) std::rethrow_exception(got->failure);
  app_stream opened(std::move(*got->head), std::make_shared<answer_body>(exchange));
  co_return opened;
}

}  // namespace weft::testing::detail
