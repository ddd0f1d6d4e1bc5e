#include "streamed_body.hpp"

#include <stdexcept>

namespace weft::http {

task<result<std::string_view>> streamed_body::read() {
  const auto self = shared_from_this();  // the caller's body_stream may go meanwhile
  if (complete()) co_return make_error_code(condition::eof);
  if (closing_.load(std::memory_order_acquire)) co_return make_error_code(condition::closed);
  if (!in_use_.try_lock()) {
    throw std::logic_error("weft: body_stream::read() while another read() of that body waits");
  }
  const mutex::lock_guard held(in_use_);
  if (reader_ == nullptr) co_return make_error_code(condition::closed);
  const auto piece = co_await reader_->read_piece();
  if (reader_->body_complete()) {
    trailers_ = reader_->take_trailers();
    complete_.store(true, std::memory_order_release);
  }
  co_return piece;
}

task<> streamed_body::close() {
  closing_.store(true, std::memory_order_release);
  if (in_use_.try_lock()) {
    const mutex::lock_guard held(in_use_);
    reader_ = nullptr;
    co_return;
  }
  reader_->cut_short();
  const auto held = co_await in_use_.lock();
  reader_ = nullptr;
}

}  // namespace weft::http
