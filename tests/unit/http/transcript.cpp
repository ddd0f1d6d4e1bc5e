#include "transcript.hpp"

#include <weft/http/request_parser.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace weft::test {

namespace {

using http::parse_event;

class recorder {
public:
  explicit recorder(const http_limits& limits) : parser_(limits) {}

  void feed(std::string_view piece) {
    unread_ += piece;
    while (!failed_ && step()) {}
  }

  std::string finish() {
    if (!failed_ && (in_message_ || !unread_.empty())) told_ += "...\n";
    return std::move(told_);
  }

private:
  /// @return whether there may be more to tell without more bytes
  bool step() {
    auto bytes = std::make_unique<char[]>(unread_.size());
    std::copy(unread_.begin(), unread_.end(), bytes.get());
    const auto step = parser_.next({bytes.get(), unread_.size()});
    REQUIRE(step.consumed <= unread_.size());
    switch (step.event) {
      case parse_event::need_more: break;
      case parse_event::head:
        head_ = std::move(bytes);
        in_message_ = true;
        break;
      case parse_event::body: body_ += parser_.body_chunk(); break;
      case parse_event::trailer: tell_trailer(); break;
      case parse_event::done: tell_message(); break;
      case parse_event::error: tell_error(); break;
    }
    unread_.erase(0, step.consumed);
    return step.event != parse_event::need_more;
  }

  /// At the end and not at `head`: by then the views must still hold.
  void tell_message() {
    tell_head();
    told_ += std::exchange(trailers_, {}) + "done\n";
    parser_.reset();
    in_message_ = false;
    head_.reset();
  }

  void tell_trailer() {
    const auto& [name, value] = parser_.trailer();
    trailers_.append("trailer ").append(name).append(": ").append(value).append("\n");
  }

  void tell_head() {
    const request& message = parser_.message();
    told_.append(message.method_name()).append(" ").append(message.target());
    told_.append(" | ").append(message.path()).append(" | ").append(message.query());
    told_.append(" | host ").append(message.host());
    told_.append(message.minor_version() == 1 ? " | 1.1" : " | 1.0");
    told_.append(message.keep_alive() ? " keep-alive" : " close");
    if (parser_.expects_continue()) told_ += " expects-continue";
    told_ += '\n';
    for (const auto& [name, value] : message.headers())
      told_.append(name).append(": ").append(value).append("\n");
    if (!body_.empty()) told_.append("body ").append(body_).append("\n");
    body_.clear();
  }

  void tell_error() {
    if (in_message_) tell_head();
    const auto& error = parser_.error();
    told_ += "error " + std::to_string(static_cast<int>(error.status)) + ' ';
    told_.append(error.metric).append("\n");
    failed_ = true;
    const auto after = parser_.next("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(after.event == parse_event::error);
    CHECK(after.consumed == 0);
  }

  http::request_parser parser_;
  std::string unread_;
  std::string body_;
  std::string trailers_;
  std::string told_;
  std::unique_ptr<char[]> head_;
  bool in_message_ = false;
  bool failed_ = false;
};

std::vector<std::string_view> single_bytes(std::string_view input) {
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < input.size(); ++i) bytes.push_back(input.substr(i, 1));
  return bytes;
}

}  // namespace

std::string transcript(pieces all, const http_limits& limits) {
  recorder told{limits};
  for (const auto piece : all) told.feed(piece);
  return told.finish();
}

void check_every_split(std::string_view input, std::string_view expected,
                       const transcriber& transcribe) {
  const std::string_view whole[] = {input};
  CAPTURE(input);
  REQUIRE(transcribe(whole) == expected);
  for (std::size_t at = 0; at <= input.size(); ++at) {
    const std::string_view halves[] = {input.substr(0, at), input.substr(at)};
    CAPTURE(at);
    REQUIRE(transcribe(halves) == expected);
  }
  REQUIRE(transcribe(single_bytes(input)) == expected);
}

void check_transcript(std::string_view input, std::string_view expected,
                      const http_limits& limits) {
  check_every_split(input, expected, [&](pieces p) { return transcript(p, limits); });
}

void check_refused(std::string_view input, std::string_view expected, const http_limits& limits) {
  check_transcript(input, "error " + std::string{expected} + '\n', limits);
}

}  // namespace weft::test
