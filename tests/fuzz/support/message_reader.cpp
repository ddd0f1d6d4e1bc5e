#include "message_reader.hpp"

#include "target.hpp"

#include <weft/http/request_parser.hpp>
#include <weft/http/response_parser.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace weft::fuzz {

namespace {

using http::parse_event;

message::field copy_of(const header_field& field) {
  return {std::string(field.name), std::string(field.value)};
}

void describe_head(const http::request_parser& parser, message& to) {
  const request& head = parser.message();
  to.method = head.method_name();
  to.target = head.target();
  to.path = head.path();
  to.query = head.query();
  to.host = head.host();
  to.minor_version = head.minor_version();
  to.keep_alive = head.keep_alive();
  if (parser.expects_continue()) to.notes += "expects continue ";
}

void describe_head(const http::response_parser& parser, message& to) {
  const auto& head = parser.message();
  to.status = static_cast<int>(head.status);
  to.phrase = head.reason;
  to.minor_version = head.minor_version;
  to.keep_alive = parser.keep_alive();
  if (parser.told_to_continue()) to.notes += "told to continue ";
}

/// Known before the head is complete: a refused HEAD is answered without a body, too.
std::string_view method_of(const http::request_parser& parser) {
  return to_string(parser.message().method());
}
std::string_view method_of(const http::response_parser&) { return {}; }

std::span<const header_field> headers_of(const http::request_parser& parser) {
  return parser.message().headers();
}
std::span<const header_field> headers_of(const http::response_parser& parser) {
  return parser.message().headers;
}

template <class Parser>
class message_reader {
public:
  explicit message_reader(const http_limits& limits) : parser_(limits) {}
  Parser& parser() noexcept { return parser_; }

  /// @return whether a message is complete; more of the input may be left
  bool feed(std::string_view piece) {
    unread_ += piece;
    // A cut inside of a body, which would show if the pieces were not put together again.
    if (is_planted("lose_byte_after_cut") && !current_.body.empty() && !unread_.empty())
      unread_.erase(0, 1);
    return go_on();
  }
  bool go_on() {
    while (!over_ && !complete_ && step()) {}
    return std::exchange(complete_, false);
  }

  message take() {
    if (current_.how == message::outcome::complete) current_.end = consumed_;
    if (current_.how != message::outcome::refused) describe_what_is_known();
    message taken = std::exchange(current_, {});
    current_.begin = consumed_;
    head_.reset();
    return taken;
  }
  /// Whether there is something of a message that is not complete.
  bool has_begun() const noexcept { return over_ || current_.has_head || !unread_.empty(); }

  /// The peer has finished; for a parser of answers.
  void close() {
    if (over_) return;
    if (parser_.finish().event == parse_event::done) current_.how = message::outcome::complete;
    else refuse();
  }

private:
  /// @return whether there may be more to tell without more bytes
  bool step() {
    auto bytes = std::make_unique<char[]>(unread_.size());
    std::copy(unread_.begin(), unread_.end(), bytes.get());
    const auto step = parser_.next({bytes.get(), unread_.size()});
    expect(step.consumed <= unread_.size(), "the parser takes more than there is");
    switch (step.event) {
      case parse_event::need_more: break;
      case parse_event::head:
        expect(!current_.has_head, "a head comes twice");
        head_ = std::move(bytes);
        current_.has_head = true;
        break;
      case parse_event::body:
        expect(!parser_.body_chunk().empty(), "an empty piece of a body is told");
        current_.body += parser_.body_chunk();
        break;
      case parse_event::trailer: current_.trailers.push_back(copy_of(parser_.trailer())); break;
      case parse_event::done:
        current_.how = message::outcome::complete;
        complete_ = true;
        break;
      case parse_event::error: refuse(); break;
    }
    unread_.erase(0, step.consumed);
    consumed_ += step.consumed;
    return step.event != parse_event::need_more;
  }

  void refuse() {
    current_.method = method_of(parser_);
    describe_what_is_known();
    const auto& error = parser_.error();
    current_.how = message::outcome::refused;
    current_.refusal = std::to_string(static_cast<int>(error.status)) + ' ';
    current_.refusal += error.metric;
    over_ = true;
    const auto after = parser_.next("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(after.event == parse_event::error && after.consumed == 0,
           "a parser goes on behind an error");
  }

  /// At the end and not at `head`: the views have to hold for so long.
  void describe_what_is_known() {
    if (!current_.has_head) return;
    describe_head(parser_, current_);
    for (const auto& field : headers_of(parser_)) current_.headers.push_back(copy_of(field));
  }

  Parser parser_;
  std::string unread_;
  std::unique_ptr<char[]> head_;
  message current_;
  std::size_t consumed_ = 0;
  bool complete_ = false;
  bool over_ = false;
};

bool is_tunnel(const message& answer, http_method asked) {
  return answer.status == 101 || (asked == http_method::connect && answer.status / 100 == 2);
}

}  // namespace

std::vector<message> read_requests(pieces from, const http_limits& limits) {
  message_reader<http::request_parser> reader(limits);
  std::vector<message> messages;
  for (const auto piece : from) {
    for (bool complete = reader.feed(piece); complete; complete = reader.go_on()) {
      messages.push_back(reader.take());
      reader.parser().reset();
    }
  }
  if (reader.has_begun()) messages.push_back(reader.take());
  return messages;
}

std::vector<message> read_answers(pieces from, std::span<const http_method> asked, input_end end,
                                  const http_limits& limits) {
  message_reader<http::response_parser> reader(limits);
  std::vector<message> messages;
  const auto method = [&] {
    return messages.size() < asked.size() ? asked[messages.size()] : http_method::get;
  };
  http_method current = method();
  reader.parser().reset(current);
  for (const auto piece : from) {
    for (bool complete = reader.feed(piece); complete; complete = reader.go_on()) {
      messages.push_back(reader.take());
      if (is_tunnel(messages.back(), current)) return messages;
      reader.parser().reset(current = method());
    }
  }
  if (!reader.has_begun()) return messages;
  if (end == input_end::closed) reader.close();
  messages.push_back(reader.take());
  return messages;
}

}  // namespace weft::fuzz
