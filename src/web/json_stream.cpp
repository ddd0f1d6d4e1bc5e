#include <weft/web/json_stream.hpp>

namespace weft::detail {
namespace {

constexpr std::size_t piece_bytes = 16 * 1024;

}  // namespace

byte_buffer& item_sink::begin_item() {
  if (form_ == item_form::array) text_.push_back(is_empty_ ? '[' : ',');
  is_empty_ = false;
  return text_;
}

task<result<void>> item_sink::end_item() {
  if (form_ == item_form::lines) text_.push_back('\n');
  if (error_) co_return error_;
  if (text_.size() < piece_bytes) co_return result<void>{};
  const auto sent = co_await flush();
  co_return sent;
}

task<result<void>> item_sink::flush() {
  if (error_) co_return error_;
  if (text_.size() == 0) co_return result<void>{};
  const auto sent = co_await out_.write(text_.view());
  text_.clear();
  if (!sent) error_ = sent.error();
  co_return sent;
}

task<result<void>> item_sink::finish() {
  if (form_ == item_form::array) text_.append(is_empty_ ? "[]" : "]");
  const auto sent = co_await flush();
  co_return sent;
}

const char* content_type_of(item_form form) noexcept {
  return form == item_form::lines ? "application/jsonl" : "application/json";
}

}  // namespace weft::detail
