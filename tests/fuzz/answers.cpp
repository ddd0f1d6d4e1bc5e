// What a client says about the answer that it wants: parts of a file, its path, tags, dates,
// weights; and an event of a stream, whose text others have written.
//
// Oracles: parts are inside of the file, together no longer than it, and a single one is that of a
// reader by hand; a path that names a file stays below its folder, and names it again when it is
// escaped; tags and dates read back as they are written; no element of a list is lost when it is
// asked for alone; a browser's reader of events gets the data line by line, and no other field.

#include "support/choices.hpp"
#include "support/target.hpp"
#include "web/entity_tag_list.hpp"
#include "web/files/byte_ranges.hpp"
#include "web/files/static_path.hpp"
#include "web/percent.hpp"
#include "web/weighted_list.hpp"

#include <weft/http/date.hpp>
#include <weft/web/sse.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft::fuzz {

const std::vector<std::string_view> plants = {"long_range",   "other_range", "keep_dots",
                                              "lose_name",    "lose_tag",    "change_date",
                                              "lose_element", "add_a_field", "join_lines"};

namespace {

// ------------------------------------------------------------------ ranges

std::optional<std::uint64_t> number_of(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || end != digits.data() + digits.size() || error != std::errc())
    return std::nullopt;
  return value;
}

/// "bytes=5-9" alone, with numbers that have room. @return nullopt for all else
std::optional<detail::byte_range> single_range(std::string_view field, std::uint64_t size) {
  if (!field.starts_with("bytes=") || field.find(',') != field.npos) return std::nullopt;
  field.remove_prefix(6);
  const auto dash = std::min(field.find('-'), field.size());
  const auto from = number_of(field.substr(0, dash));
  const auto to = number_of(field.substr(std::min(dash + 1, field.size())));
  if (!from || !to || *to < *from || *from >= size) return std::nullopt;
  return detail::byte_range{*from, std::min(*to, size - 1) + 1 - *from};
}

void check_ranges(std::string_view field, std::uint64_t size, std::size_t most) {
  const auto wanted = detail::parse_ranges(field, size, most);
  using outcome = detail::wanted_ranges::outcome;
  expect(wanted.what == outcome::some || wanted.ranges.empty() ||
             wanted.what == outcome::unsatisfiable,
         "ranges of what is no range");
  if (wanted.what != outcome::some) return;
  expect(!wanted.ranges.empty() && wanted.ranges.size() <= most, "no range, or too many");
  std::uint64_t together = is_planted("long_range") ? size : 0;
  for (const auto& [offset, length] : wanted.ranges) {
    expect(length > 0 && offset < size && length <= size - offset, "a range that is outside");
    together += length;
  }
  expect(together <= size, "the ranges are longer than what they are of");
  auto expected = single_range(field, size);
  if (is_planted("other_range") && expected) ++expected->offset;
  if (expected) expect(wanted.ranges.front() == *expected, "another range than by hand");
}

// ------------------------------------------------------------------ paths

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '/' || detail::is_unreserved(c)) out += c;
    else detail::append_escape(out, static_cast<unsigned char>(c));
  }
  return out;
}

void check_path(std::string_view encoded, detail::dot_files policy) {
  auto parsed = detail::parse_static_path(encoded, policy);
  if (!parsed) return;
  if (is_planted("keep_dots")) parsed->name += "/../x";
  expect(!parsed->name.starts_with('/') && parsed->name.find('\0') == std::string::npos &&
             parsed->name.find('\\') == std::string::npos,
         "a name that is no relative one");
  for (std::string_view rest = parsed->name; !rest.empty();) {
    const auto segment = rest.substr(0, rest.find('/'));
    expect(!segment.empty() && segment != "." && segment != "..", "a name that leads elsewhere");
    expect(policy == detail::dot_files::served || segment.front() != '.', "a hidden name");
    rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
  }
  if (parsed->name.empty()) return;
  const auto again = detail::parse_static_path(escaped(parsed->name), policy);
  expect(again && !is_planted("lose_name"), "a name is not found again");
  expect_same(again->name, parsed->name, "an escaped name is another");
}

// ------------------------------------------------------------------ tags, dates, weights

void check_tags(std::string_view field) {
  std::vector<std::string> tags;
  detail::entity_tag_list list(field);
  while (const auto tag = list.next()) tags.push_back(tag->text());
  std::string joined;
  for (const auto& one : tags) joined += one + ", ";
  if (is_planted("lose_tag")) joined.clear();
  detail::entity_tag_list again(joined);
  for (const auto& one : tags) {
    const auto tag = again.next();
    expect(tag.has_value(), "a tag is not read back");
    expect_same(tag->text(), one, "a tag is read back as another");
    expect(entity_tag::parse(one).has_value(), "a tag of a list is none alone");
  }
}

void check_date(std::string_view text) {
  const std::chrono::sys_seconds now = std::chrono::sys_days(std::chrono::January / 1 / 2026);
  const auto date = http::parse_date(text, now);
  if (!date || *date < std::chrono::sys_days(std::chrono::January / 1 / 1)) return;
  if (*date >= std::chrono::sys_days(std::chrono::January / 1 / 9999)) return;
  const auto written = http::date_text(*date + std::chrono::seconds(is_planted("change_date")));
  expect(http::parse_date(written, now) == date, "a date is written as another");
}

void check_weights(std::string_view field) {
  detail::weighted_list list(field);
  while (list.next()) {
    expect(list.weight() <= 1000, "a weight above one");
    expect(!list.value().empty() && list.value().find_first_of(" \t") == std::string_view::npos,
           "an element without a value");
    std::string alone(list.value());
    alone += list.parameters();
    if (is_planted("lose_element")) alone.clear();
    detail::weighted_list one(alone);
    expect(one.next(), "an element is none alone");
    expect_same(one.value(), list.value(), "an element has another value alone");
  }
}

// ------------------------------------------------------------------ events

/// WHATWG HTML 9.2.6, as a browser does it.
struct seen_event {
  std::string data;
  std::string name;
  std::string id;
  std::size_t dispatched = 0;
};

seen_event as_a_browser(std::string_view stream) {
  seen_event seen;
  std::string data;
  std::string name;
  while (!stream.empty()) {
    const auto end = std::min(stream.find_first_of("\r\n"), stream.size());
    const auto line = stream.substr(0, end);
    stream.remove_prefix(end);
    stream.remove_prefix(stream.starts_with("\r\n") ? 2 : std::min<std::size_t>(1, stream.size()));
    if (line.empty()) {
      if (!data.empty()) {
        ++seen.dispatched;
        seen.data = data.substr(0, data.size() - 1);
        seen.name = name;
      }
      data.clear();
      name.clear();
      continue;
    }
    const auto colon = std::min(line.find(':'), line.size());
    auto value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    const auto field = line.substr(0, colon);
    if (field == "data") data.append(value).append("\n");
    else if (field == "event") name = value;
    else if (field == "id" && value.find('\0') == value.npos) seen.id = value;
    else expect(field.empty(), "an event has a field that nobody set");
  }
  return seen;
}

/// Every line end is one '\n'.
std::string with_one_line_end(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && i > 0 && text[i - 1] == '\r') continue;
    out += text[i] == '\r' && !is_planted("join_lines") ? '\n' : text[i];
  }
  return out;
}

void check_event(std::string_view data, std::string_view name, std::string_view id) {
  sse_event one{std::string(data)};
  std::string set_name;
  std::string set_id;
  try {
    one.event(std::string(name));
    set_name = name;
    one.id(std::string(id));
    set_id = id;
  } catch (const std::invalid_argument&) {}
  auto text = one.text();
  if (is_planted("add_a_field")) text.insert(0, "retry: 1\n");
  const auto seen = as_a_browser(text);
  expect(seen.dispatched == 1, "an event is not one event");
  expect_same(seen.data, with_one_line_end(data), "a browser sees other data");
  expect_same(seen.name, set_name, "a browser sees another name");
  expect_same(seen.id, set_id, "a browser sees another id");
}

}  // namespace

void try_input(std::string_view bytes) {
  choices from(bytes);
  const auto size = from.below(65536);
  const auto most = 1 + from.below(8);
  const auto policy = from.flip() ? detail::dot_files::served : detail::dot_files::refused;
  const auto name = from.below(64);
  const auto id = from.below(64);
  const auto text = from.text();
  check_ranges(text, size, most);
  check_path(text, policy);
  check_tags(text);
  check_date(text);
  check_weights(text);
  const auto rest = text.substr(std::min(name, text.size()));
  check_event(rest.substr(std::min(id, rest.size())), text.substr(0, name), rest.substr(0, id));
}

}  // namespace weft::fuzz
