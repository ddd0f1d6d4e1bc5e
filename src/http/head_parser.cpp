#include <weft/http/detail/head_parser.hpp>

#include "char_class.hpp"
#include "field_line.hpp"
#include "framing.hpp"
#include "line_end.hpp"
#include "parse_errors.hpp"
#include "request_line.hpp"
#include "scan.hpp"
#include "status_line.hpp"

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

/// What is particular to the heads that begin with such a line.
template <class FirstLine>
struct rules_of;

template <>
struct rules_of<request_line> {
  static constexpr const parse_error& too_long = errors::request_line_too_long;
  static const parse_error* read(std::string_view text, request_line& line) noexcept {
    return read_request_line(text, line);
  }
  static void forget(request_line& line) noexcept { line.method = http_method::other; }
  static const parse_error* note(const header_field& field, head_framing& framing,
                                 head_memory<request_line>& memory) noexcept {
    return note_request_field(field, framing, memory.host);
  }
  static const parse_error* check(const request_line& line, const head_framing& framing) noexcept {
    return check_request_framing(line, framing);
  }
  // RFC 9112 3.2.2: what an absolute-form target names takes the place of what Host says.
  static void settle(const request_line& line, head_framing& framing,
                     std::span<header_field> fields) noexcept {
    if (line.authority.empty()) [[likely]]
      return;
    framing.host = line.authority;
    for (header_field& field : fields)
      if (is_token(field.name, "host")) field.value = line.authority;
  }
};

template <>
struct rules_of<status_line> {
  static constexpr const parse_error& too_long = errors::status_line_too_long;
  static const parse_error* read(std::string_view text, status_line& line) noexcept {
    return read_status_line(text, line);
  }
  static void forget(status_line&) noexcept {}
  static const parse_error* note(const header_field& field, head_framing& framing,
                                 head_memory<status_line>&) noexcept {
    return note_field(field, framing);
  }
  static const parse_error* check(const status_line& line, const head_framing& framing) noexcept {
    return check_framing(line.minor_version, framing);
  }
  static void settle(const status_line&, head_framing&, std::span<header_field>) noexcept {}
};

}  // namespace

template <class FirstLine>
void head_parser<FirstLine>::use(const http_limits& limits) noexcept {
  limits_ = &limits;
  fields_end_ = fields_.data() + std::min(fields_.size(), limits.max_header_count);
}

template <class FirstLine>
auto head_parser<FirstLine>::parse(std::string_view unread) -> outcome {
  // Moved bytes void the views; reading them again is rarer than keeping offsets is dear.
  if (unread.data() != base_) restart(unread.data());
  const char* const end = base_ + unread.size();
  if (block_ == nullptr) {
    const outcome result = parse_first_line(end);
    if (result != outcome::complete) return result;
  }
  return parse_fields(end);
}

template <class FirstLine>
void head_parser<FirstLine>::restart(const char* base) noexcept {
  base_ = line_ = scanned_ = base;
  block_ = nullptr;
  next_field_ = fields_.data();
  framing_ = {};
}

template <class FirstLine>
void head_parser<FirstLine>::reset() noexcept {
  restart(nullptr);
  rules_of<FirstLine>::forget(first_line_);
}

template <class FirstLine>
auto head_parser<FirstLine>::parse_first_line(const char* end) -> outcome {
  const char* const stop = clamp(line_, end, limits_->max_request_line_bytes + 1);
  const char* const eol = scan::find_control(scanned_, stop);
  if (eol == stop) return stop == end ? wait(eol) : fail(rules_of<FirstLine>::too_long);
  if (!is_line_end(eol, end)) {
    const parse_error* error = broken_line_end(eol, end);
    return error == nullptr ? wait(eol) : fail(*error);
  }
  if (const auto* error = rules_of<FirstLine>::read(text_between(line_, eol), first_line_))
    return fail(*error);
  block_ = line_ = scanned_ = eol + 2;
  return outcome::complete;
}

template <class FirstLine>
auto head_parser<FirstLine>::parse_fields(const char* end) -> outcome {
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
    if (const auto* error = rules_of<FirstLine>::note(field, framing_, memory_))
      return fail(*error);
    line = eol + 2;
  }
}

template <class FirstLine>
auto head_parser<FirstLine>::parse_empty_line(const char* end) -> outcome {
  if (!is_line_end(line_, end))
    return end - line_ < 2 ? wait(line_) : fail(errors::bare_carriage_return);
  if (const auto* error = rules_of<FirstLine>::check(first_line_, framing_)) return fail(*error);
  rules_of<FirstLine>::settle(first_line_, framing_, {fields_.data(), next_field_});
  line_ += 2;
  return outcome::complete;
}

/// @param stop  the end of what may be read as header block
/// @param eol   a control byte that does not begin a CR LF before `stop`, or `stop`
template <class FirstLine>
auto head_parser<FirstLine>::broken_field_line(const char* stop, const char* end, const char* eol)
    -> outcome {
  const bool over_limit = stop != end;
  if (eol != stop)
    if (const parse_error* error = broken_line_end(eol, stop)) return fail(*error);
  return over_limit ? fail(errors::headers_too_large) : wait(eol);
}

template <class FirstLine>
bool head_parser<FirstLine>::grow_fields() {
  const auto count = static_cast<std::size_t>(fields_end_ - fields_.data());
  const auto wanted = std::min(std::max(initial_fields, count * 2), limits_->max_header_count);
  if (fields_.size() < wanted) fields_.resize(wanted);
  next_field_ = fields_.data() + count;
  fields_end_ = fields_.data() + wanted;
  return next_field_ != fields_end_;
}

template <class FirstLine>
auto head_parser<FirstLine>::wait(const char* scanned) noexcept -> outcome {
  scanned_ = scanned;
  return outcome::need_more;
}

template <class FirstLine>
auto head_parser<FirstLine>::fail(const parse_error& error) noexcept -> outcome {
  error_ = &error;
  return outcome::failed;
}

template class head_parser<request_line>;
template class head_parser<status_line>;

}  // namespace weft::detail
