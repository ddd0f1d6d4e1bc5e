#include <weft/testing/web/event_reader.hpp>

#include <algorithm>
#include <charconv>

namespace weft::testing {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_digits(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

// A line ends with LF, CR or both. One that ends with CR is complete before it is known whether an
// LF follows: the event must not wait for the next one.
void event_parser::feed(std::string_view piece) {
  while (!piece.empty()) {
    if (std::exchange(after_cr_, false) && piece.front() == '\n') {
      piece.remove_prefix(1);
      continue;
    }
    const auto end = piece.find_first_of("\r\n");
    line_.append(piece.substr(0, end));
    if (end == std::string_view::npos) return;
    after_cr_ = piece[end] == '\r';
    piece.remove_prefix(end + 1);
    std::string_view line = line_;
    if (std::exchange(at_start_, false) && line.starts_with(byte_order_mark)) {
      line.remove_prefix(byte_order_mark.size());
    }
    take_line(line);
    line_.clear();
  }
}

std::optional<server_event> event_parser::next() {
  if (events_.empty()) return std::nullopt;
  std::optional<server_event> first(std::move(events_.front()));
  events_.pop_front();
  return first;
}

void event_parser::take_line(std::string_view line) {
  if (line.empty()) return dispatch();
  const auto colon = line.find(':');
  if (colon == 0) {
    ++comments_;
    return;
  }
  std::string_view value = colon == line.npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
}

void event_parser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    event_.data.append(value).append("\n");
  } else if (name == "event") {
    event_.type = value;
  } else if (name == "id") {
    if (value.find('\0') == value.npos) event_.id = value;
  } else if (name == "retry" && is_digits(value)) {
    std::chrono::milliseconds::rep wait = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), wait);
    if (read.ec == std::errc()) retry_ = std::chrono::milliseconds(wait);
  }
}

// The id stays for the events that follow.
void event_parser::dispatch() {
  if (!event_.data.empty()) {
    event_.data.pop_back();
    if (event_.type.empty()) event_.type = "message";
    events_.push_back(event_);
  }
  event_.data.clear();
  event_.type.clear();
}

}  // namespace weft::testing
