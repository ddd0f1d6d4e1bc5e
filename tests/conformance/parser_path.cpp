#include "parser_path.hpp"

#include "description.hpp"

#include <weft/http/request_parser.hpp>

#include <algorithm>
#include <memory>

namespace weft::conformance {

namespace {

using http::parse_event;

class parser_connection {
public:
  explicit parser_connection(const http_limits& limits) : parser_(limits) {}

  void feed(std::string_view piece) {
    unread_ += piece;
    while (!ended_ && step()) {}
  }

  std::vector<parsed_message> finish() {
    if (!ended_ && (in_message_ || !unread_.empty())) messages_.emplace_back();
    return std::move(messages_);
  }

private:
  /// @return whether there may be more to tell without more bytes
  bool step() {
    auto bytes = std::make_unique<char[]>(unread_.size());
    std::copy(unread_.begin(), unread_.end(), bytes.get());
    const auto step = parser_.next({bytes.get(), unread_.size()});
    switch (step.event) {
      case parse_event::need_more: break;
      case parse_event::head:
        head_ = std::move(bytes);
        in_message_ = true;
        break;
      case parse_event::body: body_ += parser_.body_chunk(); break;
      case parse_event::trailer: break;  // no header: describe() must not show it
      case parse_event::done: end_message(); break;
      case parse_event::error: refuse(); break;
    }
    unread_.erase(0, step.consumed);
    return step.event != parse_event::need_more;
  }

  /// At the end and not at `head`: by then the views must still hold.
  void end_message() {
    request& message = parser_.message();
    message.set_body(body_);
    messages_.push_back(
        {parsed_message::end::complete, describe(message), message.keep_alive(), 0, {}});
    ended_ = !message.keep_alive();
    parser_.reset();
    body_.clear();
    head_.reset();
    in_message_ = false;
  }

  void refuse() {
    const auto& error = parser_.error();
    messages_.push_back({parsed_message::end::refused,
                         {},
                         false,
                         static_cast<unsigned>(error.status),
                         std::string(error.metric)});
    ended_ = true;
  }

  http::request_parser parser_;
  std::vector<parsed_message> messages_;
  std::string unread_;
  std::string body_;
  std::unique_ptr<char[]> head_;
  bool in_message_ = false;
  bool ended_ = false;
};

}  // namespace

std::vector<parsed_message> parse(std::span<const std::string_view> pieces,
                                  const http_limits& limits) {
  parser_connection connection(limits);
  for (const auto piece : pieces) connection.feed(piece);
  return connection.finish();
}

}  // namespace weft::conformance
