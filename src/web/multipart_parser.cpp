#include "web/multipart_parser.hpp"

#include "web/media_type.hpp"
#include "web/parameters.hpp"
#include "web/part_head.hpp"

#include <algorithm>
#include <utility>

namespace weft::detail {
namespace {

constexpr std::size_t longest_boundary = 70;
// RFC 2046 allows blanks behind a boundary, for mail. Nobody sends them.
constexpr std::size_t longest_padding = 64;

constexpr bool is_boundary_char(char c) noexcept {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_letter || (c >= '0' && c <= '9') ||
         std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

bool is_boundary(std::string_view text) {
  return !text.empty() && text.size() <= longest_boundary && text.back() != ' ' &&
         std::ranges::all_of(text, is_boundary_char);
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

multipart_parser::multipart_parser(std::string_view boundary, const form_limits& limits)
    : delimiter_("\r\n--"), limits_(limits) {
  delimiter_ += boundary;
}

multipart_parser::step multipart_parser::next(std::string_view bytes) {
  std::size_t consumed = 0;
  while (consumed < bytes.size()) {
    const auto rest = bytes.substr(consumed);
    step one{multipart_event::need_more, 0};
    switch (state_) {
      case state::preamble: one = skip_preamble(rest); break;
      case state::head: one = read_head(rest); break;
      case state::data: one = read_data(rest); break;
      case state::epilogue: one = skip_epilogue(rest); break;
      case state::failed: return {multipart_event::error, 0};
      default: one = read_boundary_line(rest.front()); break;
    }
    consumed += one.consumed;
    if (one.event != multipart_event::need_more) return {one.event, consumed};
  }
  return {multipart_event::need_more, consumed};
}

bool multipart_parser::finish() {
  if (state_ == state::close_padding || state_ == state::epilogue) return true;
  if (state_ != state::failed) fail("The form ends before its last boundary.");
  return false;
}

multipart_parser::step multipart_parser::go(state to) noexcept {
  state_ = to;
  return {multipart_event::need_more, 1};
}

/// What follows a boundary: "--", blanks, the end of the line.
multipart_parser::step multipart_parser::read_boundary_line(char c) {
  const bool may_pad = is_blank(c) && padding_ < longest_padding && state_ != state::after_dash &&
                       state_ != state::line_end && state_ != state::close_line_end;
  if (may_pad) {
    ++padding_;
    return go(state_ == state::after_boundary ? state::padding : state_);
  }
  switch (state_) {
    case state::after_boundary:
      if (c == '-') return go(state::after_dash);
      [[fallthrough]];
    case state::padding:
      if (c == '\r') return go(state::line_end);
      break;
    case state::after_dash:
      padding_ = 0;
      if (c == '-') return go(state::close_padding);
      break;
    case state::line_end:
      if (c == '\n') return begin_part();
      break;
    case state::close_padding:
      if (c == '\r') return go(state::close_line_end);
      break;
    case state::close_line_end:
      outside_bytes_ = 0;
      if (c == '\n') return go(state::epilogue);
      break;
    default: break;
  }
  return fail("The form has a line that begins with the boundary and goes on.");
}

multipart_parser::step multipart_parser::begin_part() {
  if (++parts_ > limits_.max_parts) return fail_past("parts", limits_.max_parts, "max_parts");
  block_.clear();
  lines_ = 0;
  return go(state::head);
}

/// Up to the end of one line.
multipart_parser::step multipart_parser::read_head(std::string_view bytes) {
  const auto room = limits_.max_part_header_bytes - block_.size();
  const auto end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
  if (end > room) {
    return fail_past("bytes in the head of a part", limits_.max_part_header_bytes,
                     "max_part_header_bytes");
  }
  block_.append(bytes.substr(0, end));
  if (block_.back() != '\n') return {multipart_event::need_more, end};
  if (!block_.ends_with("\r\n")) return fail("The head of a part has a line without CR LF.");
  const bool is_last = block_.size() == 2 || block_.ends_with("\r\n\r\n");
  if (is_last) {
    block_.resize(block_.size() - 2);
    auto done = parse_head();
    done.consumed = end;
    return done;
  }
  if (++lines_ > limits_.max_part_headers) {
    return fail_past("lines in the head of a part", limits_.max_part_headers, "max_part_headers");
  }
  return {multipart_event::need_more, end};
}

multipart_parser::step multipart_parser::parse_head() {
  const auto wrong = read_part_head(block_, head_);
  if (!wrong.empty()) return fail(wrong);
  state_ = state::data;
  matched_ = borrowed_ = 2;
  return {multipart_event::part, 0};
}

multipart_parser::step multipart_parser::read_data(std::string_view bytes) {
  if (matched_ > 0) return resume_match(bytes);
  const std::string_view delimiter = delimiter_;
  auto begin = bytes.find('\r');
  while (begin != std::string_view::npos &&
         !bytes.substr(begin).starts_with(
             delimiter.substr(0, std::min(delimiter.size(), bytes.size() - begin)))) {
    begin = bytes.find('\r', begin + 1);
  }
  if (begin != 0) {
    data_ = bytes.substr(0, begin);
    return {multipart_event::data, data_.size()};
  }
  return resume_match(bytes);
}

/// Goes on with a delimiter that may have begun before these bytes.
multipart_parser::step multipart_parser::resume_match(std::string_view bytes) {
  std::size_t n = 0;
  while (n < bytes.size() && matched_ < delimiter_.size() && bytes[n] == delimiter_[matched_]) {
    ++n;
    ++matched_;
  }
  if (matched_ == delimiter_.size()) return end_data(n);
  if (n == bytes.size()) return {multipart_event::need_more, n};
  // It was none, so what looked like one is data.
  data_ = std::string_view(delimiter_).substr(borrowed_, matched_ - borrowed_);
  matched_ = borrowed_ = 0;
  return {data_.empty() ? multipart_event::need_more : multipart_event::data, n};
}

multipart_parser::step multipart_parser::end_data(std::size_t consumed) {
  matched_ = borrowed_ = 0;
  padding_ = 0;
  const bool ends_part = state_ == state::data;
  state_ = state::after_boundary;
  return {ends_part ? multipart_event::part_end : multipart_event::need_more, consumed};
}

multipart_parser::step multipart_parser::skip_preamble(std::string_view bytes) {
  const auto one = read_data(bytes);
  // Where a piece ends must not matter, so what may become the boundary does not count.
  if (one.event == multipart_event::data && !count_outside(data_.size())) return fail_outside();
  return {multipart_event::need_more, one.consumed};
}

multipart_parser::step multipart_parser::skip_epilogue(std::string_view bytes) {
  if (!count_outside(bytes.size())) return fail_outside();
  return {multipart_event::need_more, bytes.size()};
}

bool multipart_parser::count_outside(std::size_t bytes) {
  const bool fits = bytes <= limits_.max_outside_bytes - outside_bytes_;
  if (fits) outside_bytes_ += bytes;
  return fits;
}

multipart_parser::step multipart_parser::fail_outside() {
  return fail_past("bytes outside of its parts", limits_.max_outside_bytes, "max_outside_bytes",
                   http_status::bad_request);
}

multipart_parser::step multipart_parser::fail(std::string_view text, http_status status) {
  state_ = state::failed;
  error_.status = status;
  error_.text = text;
  return {multipart_event::error, 0};
}

multipart_parser::step multipart_parser::fail_past(std::string_view what, std::size_t limit,
                                                   std::string_view option, http_status status) {
  std::string text = "The form has more than " + std::to_string(limit);
  text.append(" ").append(what).append(" (").append(option).append(").");
  return fail(text, status);
}

std::optional<std::string> boundary_of(std::string_view content_type) {
  std::optional<std::string> boundary;
  parameters all(content_type);
  while (all.next()) {
    if (!equal_ignoring_case(all.name(), "boundary")) continue;
    if (boundary || !is_boundary(all.value())) return std::nullopt;
    boundary = std::move(all.value());
  }
  if (all.is_malformed()) return std::nullopt;
  return boundary;
}

}  // namespace weft::detail
