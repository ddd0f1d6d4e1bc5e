#include "http_reply_reader.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace lab {
namespace {

constexpr std::size_t max_head_bytes = 64 * 1024;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool equals_lower(std::string_view text, std::string_view lower_text) {
  return text.size() == lower_text.size() &&
         std::equal(text.begin(), text.end(), lower_text.begin(),
                    [](char a, char b) { return lower(a) == b; });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

template <class Number>
std::optional<Number> parse_number(std::string_view digits) {
  Number number{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || digits.front() == '-' || error != std::errc{} ||
      end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

http_reply_reader::event http_reply_reader::next(std::string_view& unread) {
  if (part_ == part::finished) reset();
  if (part_ == part::head) {
    const event step = read_head(unread);
    if (step != event::body) return step;
  }
  return take_body(unread);
}

std::string_view http_reply_reader::header(std::string_view lower_name) const {
  std::string_view rest = head_;
  while (!rest.empty()) {
    const auto end = std::min(rest.find("\r\n"), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && equals_lower(line.substr(0, colon), lower_name)) {
      return trim(line.substr(colon + 1));
    }
  }
  return {};
}

void http_reply_reader::reset() {
  part_ = part::head;
  status_ = 0;
  keep_alive_ = true;
  body_size_ = body_offset_ = taken_ = 0;
  head_.clear();
  piece_ = reason_ = {};
}

// Returns body when the head is complete.
http_reply_reader::event http_reply_reader::read_head(std::string_view& unread) {
  const std::size_t before = head_.size();
  // Most heads come in one piece: then nothing behind the blank line is copied.
  const auto whole = before == 0 ? unread.find("\r\n\r\n") : std::string_view::npos;
  head_.append(whole == std::string_view::npos ? unread : unread.substr(0, whole + 4));
  // The blank line may begin in the bytes of an earlier call.
  const auto blank = head_.find("\r\n\r\n", before - std::min<std::size_t>(before, 3));
  if (blank == std::string::npos) {
    unread.remove_prefix(head_.size() - before);
    return head_.size() > max_head_bytes ? fail("head too large") : event::need_more;
  }
  unread.remove_prefix(blank + 4 - before);
  head_.resize(blank + 2);
  if (!parse_head()) return event::error;
  part_ = part::body;
  return event::body;
}

bool http_reply_reader::parse_head() {
  const std::string_view head = head_;
  const auto status = parse_number<int>(head.size() >= 13 ? head.substr(9, 3) : head.substr(0, 0));
  if (!head.starts_with("HTTP/1.") || head[8] != ' ' || !status) {
    fail("not an HTTP/1 status line");
    return false;
  }
  status_ = *status;
  keep_alive_ = head[7] == '1';
  if (!header("transfer-encoding").empty()) {
    fail("Transfer-Encoding is not read here");
    return false;
  }
  const std::string_view connection = header("connection");
  if (equals_lower(connection, "close")) keep_alive_ = false;
  if (equals_lower(connection, "keep-alive")) keep_alive_ = true;

  const auto size = parse_number<std::size_t>(header("content-length"));
  if (!size && status_ != 204 && status_ != 304) {
    fail("no Content-Length");
    return false;
  }
  body_size_ = status_ == 204 || status_ == 304 ? 0 : *size;
  return true;
}

http_reply_reader::event http_reply_reader::take_body(std::string_view& unread) {
  if (taken_ == body_size_) {
    part_ = part::finished;
    return event::done;
  }
  if (unread.empty()) return event::need_more;
  piece_ = unread.substr(0, body_size_ - taken_);
  body_offset_ = taken_;
  taken_ += piece_.size();
  unread.remove_prefix(piece_.size());
  return event::body;
}

http_reply_reader::event http_reply_reader::fail(std::string_view reason) {
  reason_ = reason;
  part_ = part::finished;
  return event::error;
}

}  // namespace lab
