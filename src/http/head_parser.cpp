#include <weft/http/detail/head_parser.hpp>

#include "char_class.hpp"
#include "field_line.hpp"
#include "framing.hpp"
#include "line_end.hpp"
#include "parse_errors.hpp"
#include "request_line.hpp"
#include "scan.hpp"

#include <algorithm>

namespace weft::detail {

using http::parse_error;

namespace {

constexpr std::size_t initial_fields = 32;

/// At most `max_bytes` after `begin`, at most up to `end`.
const char* clamp(const char* begin, const char* end, std::size_t max_bytes) noexcept {
  return static_cast<std::size_t>(end - begin) > max_bytes ? begin + max_bytes : end;
}

std::string_view text_between(const char* begin, const char* end) noexcept {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

head_parser::outcome head_parser::parse(std::string_view unread) {
  // Moved bytes void the views; reading them again is rarer than keeping offsets is dear.
  if (unread.data() != base_) restart(unread.data());
  const char* const end = base_ + unread.size();
  if (block_ == nullptr) {
    const outcome result = parse_request_line(end);
    if (result != outcome::complete) return result;
  }
  return parse_fields(end);
}

void head_parser::restart(const char* base) noexcept {
  base_ = line_ = scanned_ = base;
  block_ = nullptr;
  next_field_ = fields_.data();
  framing_ = {};
}

void head_parser::reset() noexcept {
  restart(nullptr);
  request_line_.method = http_method::other;
}

head_parser::outcome head_parser::parse_request_line(const char* end) {
  const char* const stop = clamp(line_, end, limits_->max_request_line_bytes + 1);
  const char* const eol = scan::find_control(scanned_, stop);
  if (eol == stop) return stop == end ? wait(eol) : fail(errors::request_line_too_long);
  if (!is_line_end(eol, end)) {
    const parse_error* error = broken_line_end(eol, end);
    return error == nullptr ? wait(eol) : fail(*error);
  }
  if (const auto* error = read_request_line(text_between(line_, eol), request_line_))
    return fail(*error);
  block_ = line_ = scanned_ = eol + 2;
  return outcome::complete;
}

head_parser::outcome head_parser::parse_fields(const char* end) {
  const char* const stop = clamp(block_, end, limits_->max_header_bytes);
  if (scanned_ > line_) {
    // The rest of a line that was cut: nothing to do before its end is here.
    const char* const eol = scan::find_control(scanned_, stop);
    if (!is_line_end(eol, stop)) return broken_field_line(stop, end, eol);
  }
  for (const char* line = line_;; line_ = line) {
    if (line != end && *line == '\r') return parse_empty_line(end);
    // From the start and not from the colon on: two scans that do not wait for each other take less
    // time than a shorter one that waits.
    const char* const eol = scan::find_control(line, stop);
    if (!is_line_end(eol, stop)) return broken_field_line(stop, end, eol);
    const char* const colon = scan::skip_token(line, stop);
    if (colon == line || *colon != ':') return fail(bad_field_start(line));
    if (next_field_ == fields_end_ && !grow_fields()) return fail(errors::too_many_headers);
    header_field& field = *next_field_++;
    field = {text_between(line, colon), trim(text_between(colon + 1, eol))};
    if (may_rule_framing(field.name.size()))
      if (const auto* error = note_field(field.name, field.value, framing_)) return fail(*error);
    line = eol + 2;
  }
}

head_parser::outcome head_parser::parse_empty_line(const char* end) {
  if (!is_line_end(line_, end))
    return end - line_ < 2 ? wait(line_) : fail(errors::bare_carriage_return);
  if (const auto* error = check_framing(request_line_, framing_)) return fail(*error);
  line_ += 2;
  return outcome::complete;
}

/// @param stop  the end of what may be read as header block
/// @param eol   a control byte that does not begin a CR LF before `stop`, or `stop`
head_parser::outcome head_parser::broken_field_line(const char* stop, const char* end,
                                                    const char* eol) {
  const bool over_limit = stop != end;
  if (eol != stop)
    if (const parse_error* error = broken_line_end(eol, stop)) return fail(*error);
  return over_limit ? fail(errors::headers_too_large) : wait(eol);
}

bool head_parser::grow_fields() {
  const std::size_t count = fields_.size();
  fields_.resize(std::min(std::max(initial_fields, count * 2), limits_->max_header_count));
  next_field_ = fields_.data() + count;
  fields_end_ = fields_.data() + fields_.size();
  return next_field_ != fields_end_;
}

void head_parser::describe(request& message) const noexcept {
  const auto& line = request_line_;
  message.set_method(line.method, line.method_name);
  message.set_target(line.target, line.path, line.query);
  message.set_host(line.authority.empty() ? framing_.host : line.authority);
  const bool keep_alive = !framing_.close && (line.minor_version != 0 || framing_.keep_alive);
  message.set_version(line.minor_version, keep_alive);
  message.set_headers({fields_.data(), next_field_});
}

head_parser::outcome head_parser::wait(const char* scanned) noexcept {
  scanned_ = scanned;
  return outcome::need_more;
}

head_parser::outcome head_parser::fail(const parse_error& error) noexcept {
  error_ = &error;
  return outcome::failed;
}

}  // namespace weft::detail
