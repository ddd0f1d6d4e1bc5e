#include "answer.hpp"

#include <algorithm>
#include <charconv>
#include <regex>

namespace weft::conformance {

namespace {

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// Up to CR LF, which is taken too.
std::string_view take_line(std::string_view& wire) {
  const auto end = wire.find("\r\n");
  if (end == std::string_view::npos) throw malformed_answer("a line has no end");
  const auto line = wire.substr(0, end);
  if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    throw malformed_answer("a line contains a control byte");
  wire.remove_prefix(end + 2);
  return line;
}

unsigned read_status(std::string_view line) {
  unsigned status = 0;
  const auto digits = line.substr(std::min(line.size(), std::size_t{9}), 3);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  const bool sound = line.starts_with("HTTP/1.1 ") && line.size() >= 13 && line[12] == ' ' &&
                     read.ptr == digits.data() + 3;
  if (!sound) throw malformed_answer("no status line: " + std::string(line.substr(0, 80)));
  return status;
}

void take_field(std::string_view line, answer& to) {
  const auto colon = line.find(": ");
  const auto name = line.substr(0, colon);
  const bool is_name =
      !name.empty() && name.find_first_of(" \t:") == std::string_view::npos && name.size() < 64;
  if (colon == std::string_view::npos || !is_name)
    throw malformed_answer("no header: " + std::string(line.substr(0, 80)));
  to.fields.emplace_back(name, line.substr(colon + 2));
}

std::size_t length_of(const answer& head) {
  const auto text = head.field("Content-Length");
  std::size_t length = 0;
  if (!text) throw malformed_answer("not exactly one Content-Length");
  const auto read = std::from_chars(text->data(), text->data() + text->size(), length);
  if (read.ec != std::errc{} || read.ptr != text->data() + text->size())
    throw malformed_answer("Content-Length is " + *text);
  return length;
}

}  // namespace

std::optional<std::string> answer::field(std::string_view name) const {
  if (count(name) != 1) return std::nullopt;
  return std::ranges::find_if(fields, [&](auto& f) { return same_name(f.first, name); })->second;
}

std::size_t answer::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(fields, [&](auto& f) { return same_name(f.first, name); }));
}

answer take_answer(std::string_view& wire, answer_body body) {
  answer taken;
  taken.status = read_status(take_line(wire));
  for (auto line = take_line(wire); !line.empty(); line = take_line(wire)) take_field(line, taken);

  const bool ends_with_head = taken.status < 200 || taken.status == 204 || taken.status == 304;
  if (taken.count("Transfer-Encoding") != 0) throw malformed_answer("there are chunks");
  if (ends_with_head && taken.count("Content-Length") != 0)
    throw malformed_answer("a length for a body that there never is");
  if (ends_with_head) return taken;
  const auto length = length_of(taken);
  if (body == answer_body::none) return taken;
  if (length > wire.size()) throw malformed_answer("the body is cut");
  taken.body = wire.substr(0, length);
  wire.remove_prefix(length);
  return taken;
}

bool is_imf_fixdate(std::string_view text) {
  static const std::regex form(
      "(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d "
      "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
  return std::regex_match(text.begin(), text.end(), form);
}

}  // namespace weft::conformance
