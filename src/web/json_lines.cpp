#include <weft/web/json_lines.hpp>

#include "web/media_type.hpp"

#include <string>

namespace weft::detail {
namespace {

constexpr std::size_t longest_line = std::size_t{1} << 20;

bool is_lines_type(std::string_view content_type) {
  return is_media_type(content_type, "application/jsonl") ||
         is_media_type(content_type, "application/x-ndjson");
}

class body_lines final : public line_reader {
public:
  explicit body_lines(context& ctx) : body_(ctx.request()), answer_(ctx.late_rejection()) {}

  task<result<std::string_view>> next() override;
  std::error_code refuse(const json_outcome& outcome) override;
  bool complete() const noexcept override { return complete_; }

private:
  /// Takes a line off the piece at hand, to the end of line_. @return whether the line is whole
  bool take();
  task<result<void>> more();
  std::error_code end_with(http_status status, std::string text, condition error);

  body_stream body_;
  std::shared_ptr<late_rejection> answer_;
  std::string_view piece_;  // of the body, what is not taken yet
  std::string line_;
  bool is_taken_ = true;  // line_ was handed out
  bool at_end_ = false;   // of the body
  bool complete_ = false;
  std::size_t number_ = 0;
  std::error_code end_;  // after it nothing more is read
};

bool body_lines::take() {
  if (std::exchange(is_taken_, false)) line_.clear();
  const auto end = piece_.find('\n');
  line_.append(piece_.substr(0, end));
  const bool is_whole = end != std::string_view::npos;
  piece_.remove_prefix(is_whole ? end + 1 : piece_.size());
  if (!is_whole) return false;
  ++number_;
  return true;
}

task<result<void>> body_lines::more() {
  const auto piece = co_await body_.read();
  if (piece) {
    piece_ = *piece;
    co_return result<void>{};
  }
  if (piece.error() != condition::eof) co_return piece.error();
  at_end_ = true;
  co_return result<void>{};
}

task<result<std::string_view>> body_lines::next() {
  while (!end_) {
    const bool is_whole = take();
    if (line_.size() > longest_line) {
      co_return end_with(http_status::content_too_large,
                         "Line " + std::to_string(number_ + (is_whole ? 0 : 1)) +
                             " has more than " + std::to_string(longest_line) + " bytes.",
                         condition::limit_exceeded);
    }
    if (is_whole || at_end_) {
      is_taken_ = true;
      if (!is_whole) ++number_;
      if (line_.ends_with('\r')) line_.pop_back();
      if (!line_.empty()) co_return std::string_view(line_);
      if (is_whole) continue;
      complete_ = true;
      end_ = make_error_code(condition::eof);
      break;
    }
    const auto got = co_await more();
    if (got) continue;
    if (got.error() != condition::canceled) end_ = got.error();
    co_return got.error();
  }
  co_return end_;
}

std::error_code body_lines::refuse(const json_outcome& outcome) {
  const auto line = "Line " + std::to_string(number_);
  if (outcome.is_syntax_error()) {
    return end_with(http_status::bad_request,
                    line + " is not JSON: " + std::string(outcome.message()) + ".",
                    condition::bad_input);
  }
  const json_issue& first = outcome.issues().front();
  return end_with(http_status::unprocessable_content,
                  line + ": the value" + (first.pointer.empty() ? "" : " at " + first.pointer) +
                      " " + first.message + ".",
                  condition::bad_input);
}

std::error_code body_lines::end_with(http_status status, std::string text, condition error) {
  answer_->set(status, std::move(text));
  end_ = make_error_code(error);
  return end_;
}

}  // namespace

std::shared_ptr<line_reader> line_reader::of(context& ctx) {
  const auto content_type = ctx.request().header("Content-Type");
  if (!content_type || is_lines_type(*content_type)) return std::make_shared<body_lines>(ctx);
  ctx.reject(http_status::unsupported_media_type,
             std::string("The body must be JSON Lines: application/jsonl."));
  return nullptr;
}

}  // namespace weft::detail
