#include "web/part_head.hpp"

#include "web/ascii.hpp"
#include "web/media_type.hpp"
#include "web/parameters.hpp"
#include "web/percent.hpp"

#include <weft/web/cookie.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace weft::detail {
namespace {

bool is_control(char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; }

/// The three bytes that browsers escape in names, and no others: "100%25" is a file's own name.
/// @source WHATWG HTML, "multipart form data"
void resolve_browser_escapes(std::string& text) {
  std::size_t to = 0;
  for (std::size_t from = 0; from < text.size(); ++from, ++to) {
    const int byte = escaped_byte(std::string_view(text).substr(from));
    const bool is_escape = byte == '"' || byte == '\r' || byte == '\n';
    text[to] = is_escape ? static_cast<char>(byte) : text[from];
    if (is_escape) from += 2;
  }
  text.resize(to);
}

/// RFC 8187 3.2: "UTF-8''na%C3%AFve.txt", in UTF-8 alone.
std::optional<std::string> read_extended(std::string_view text) {
  const auto language = text.find('\'');
  if (!equal_ignoring_case(text.substr(0, language), "UTF-8")) return std::nullopt;
  const auto value = text.find('\'', language + 1);
  if (value == std::string_view::npos) return std::nullopt;
  return percent_decode(text.substr(value + 1));
}

class head_reader {
public:
  explicit head_reader(part_head& out) : out_(out) {}

  std::string read_line(std::string_view line);
  std::string finish();

private:
  std::string read_disposition(std::string_view value);
  std::string read_parameter(std::string_view name, std::string&& value);

  part_head& out_;
  bool has_disposition_ = false;
  bool has_type_ = false;
  bool has_encoding_ = false;
  bool has_name_ = false;
  bool has_filename_ = false;
  std::optional<std::string> extended_;
};

std::string head_reader::read_line(std::string_view line) {
  const auto colon = line.find(':');
  // The name of a field is a token, as that of a cookie.
  if (colon == std::string_view::npos || !is_cookie_name(line.substr(0, colon)))
    return "The head of a part has a line that is no field.";
  const auto name = line.substr(0, colon);
  const auto value = trim_blanks(line.substr(colon + 1));
  if (std::ranges::any_of(value, is_control) || !is_utf8(value))
    return "The head of a part has bytes that are no text.";
  if (equal_ignoring_case(name, "Content-Disposition")) return read_disposition(value);
  if (equal_ignoring_case(name, "Content-Type")) {
    if (std::exchange(has_type_, true)) return "A part names its Content-Type twice.";
    out_.content_type = value;
  } else if (equal_ignoring_case(name, "Content-Transfer-Encoding")) {
    const bool is_plain = equal_ignoring_case(value, "binary") ||
                          equal_ignoring_case(value, "8bit") || equal_ignoring_case(value, "7bit");
    if (std::exchange(has_encoding_, true) || !is_plain)
      return "A part has a Content-Transfer-Encoding that is not read.";
  }
  return {};
}

std::string head_reader::read_disposition(std::string_view value) {
  if (std::exchange(has_disposition_, true)) return "A part has two Content-Disposition.";
  if (!is_media_type(value, "form-data")) return "A part is no form-data.";
  parameters all(value);
  while (all.next()) {
    auto wrong = read_parameter(all.name(), std::move(all.value()));
    if (!wrong.empty()) return wrong;
  }
  return all.is_malformed() ? "A part has a Content-Disposition that cannot be read."
                            : std::string();
}

std::string head_reader::read_parameter(std::string_view name, std::string&& value) {
  bool is_twice = false;
  if (equal_ignoring_case(name, "name")) {
    is_twice = std::exchange(has_name_, true);
    resolve_browser_escapes(value);
    out_.name = std::move(value);
  } else if (equal_ignoring_case(name, "filename")) {
    is_twice = std::exchange(has_filename_, true);
    resolve_browser_escapes(value);
    out_.filename = std::move(value);
  } else if (equal_ignoring_case(name, "filename*")) {
    is_twice = extended_.has_value();
    extended_ = read_extended(value);
    if (!extended_) return "A part has a filename* that is no UTF-8.";
  }
  return is_twice ? "A part has a parameter twice." : std::string();
}

std::string head_reader::finish() {
  if (!has_disposition_) return "A part has no Content-Disposition.";
  if (!has_name_) return "A part has no name.";
  if (extended_) out_.filename = std::move(extended_);  // RFC 6266 4.3
  return {};
}

}  // namespace

std::string read_part_head(std::string_view block, part_head& out) {
  out = part_head();
  head_reader reader(out);
  while (!block.empty()) {
    const auto end = block.find("\r\n");
    auto wrong = reader.read_line(block.substr(0, end));
    if (!wrong.empty()) return wrong;
    block.remove_prefix(end + 2);
  }
  return reader.finish();
}

}  // namespace weft::detail
