#include "json_types.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace weft::fuzz {

namespace {

namespace json = boost::json;

// ------------------------------------------------------------------ the tree, bound by hand

bool fit(const json::value& tree, bool& out) {
  if (tree.is_bool()) out = tree.get_bool();
  return tree.is_bool();
}

/// 1.0 and 1e3 are integers, as far as a double holds every one of them (src/web/json/DESIGN.md).
template <std::integral Integer>
bool fit(const json::value& tree, Integer& out) {
  if (tree.is_int64() && std::in_range<Integer>(tree.get_int64())) {
    out = static_cast<Integer>(tree.get_int64());
    return true;
  }
  if (tree.is_uint64() && std::in_range<Integer>(tree.get_uint64())) {
    out = static_cast<Integer>(tree.get_uint64());
    return true;
  }
  if (!tree.is_double()) return false;
  const double value = tree.get_double();
  if (std::trunc(value) != value || std::fabs(value) >= 9007199254740992.0) return false;
  const auto whole = static_cast<std::int64_t>(value);
  out = static_cast<Integer>(whole);
  return std::in_range<Integer>(whole);
}

bool fit(const json::value& tree, double& out) {
  if (!tree.is_number()) return false;
  out = tree.to_number<double>();
  return std::isfinite(out);
}

bool fit(const json::value& tree, std::string& out) {
  if (tree.is_string()) out = std::string(tree.get_string());
  return tree.is_string();
}

bool fit(const json::value& tree, json_colour& out) {
  std::string name;
  if (!fit(tree, name) || (name != "red" && name != "green")) return false;
  out = name == "red" ? json_colour::red : json_colour::green;
  return true;
}

using milliseconds_time = std::chrono::sys_time<std::chrono::milliseconds>;

bool fit(const json::value& tree, json_node& out);
bool fit(const json::value& tree, json_label& out);
bool fit(const json::value& tree, json_ruled& out);
bool fit(const json::value& tree, std::chrono::year_month_day& out);
bool fit(const json::value& tree, milliseconds_time& out);
bool fit(const json::value& tree, std::variant<json_dot, json_row>& out);
bool fit(const json::value& tree, std::variant<json_dot, json_row, bool>& out);
bool fit(const json::value& tree, std::map<std::string, std::string>& out);

template <class T>
bool fit(const json::value& tree, std::vector<T>& out) {
  if (!tree.is_array()) return false;
  bool fits = true;
  for (const auto& item : tree.get_array()) fits = fit(item, out.emplace_back()) && fits;
  return fits;
}

bool fit(const json::value& tree, std::array<std::uint16_t, 2>& out) {
  if (!tree.is_array() || tree.get_array().size() != out.size()) return false;
  return fit(tree.at(0), out[0]) && fit(tree.at(1), out[1]);
}

bool fit(const json::value& tree, std::map<std::string, json_node>& out) {
  if (!tree.is_object()) return false;
  bool fits = true;
  for (const auto& [key, value] : tree.get_object()) fits = fit(value, out[key]) && fits;
  return fits;
}

bool fit(const json::value& tree, decltype(json_node::any)& out) {
  if (tree.is_null()) return out = {}, true;
  if (tree.is_bool()) return fit(tree, out.emplace<bool>());
  if (tree.is_number()) return fit(tree, out.emplace<std::int64_t>());
  if (tree.is_string()) return fit(tree, out.emplace<std::string>());
  return tree.is_array() && fit(tree, out.emplace<std::vector<double>>());
}

template <class T>
bool fit(const json::value& tree, std::optional<T>& out) {
  out.reset();
  return tree.is_null() || fit(tree, out.emplace());
}

/// @return whether the member is absent or fits
template <class T>
bool bind_member(const json::object& object, std::string_view name, T& out) {
  const auto* member = object.if_contains(name);
  return member == nullptr || fit(*member, out);
}

bool fit(const json::value& tree, json_label& out) {
  if (!tree.is_object()) return false;
  const auto& object = tree.get_object();
  for (const auto& [key, value] : object)
    if (key != "id" && key != "name" && key != "size") return false;
  if (!object.contains("id") || !object.contains("name")) return false;
  if (!bind_member(object, "id", out.id) || !bind_member(object, "name", out.name)) return false;
  std::size_t characters = 0;
  for (const char c : out.name)
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++characters;
  return bind_member(object, "size", out.size) && out.id >= -5 && out.id <= 1000 &&
         characters >= 1 && characters <= 4;
}

// ------------------------------------------------------------------ times, by their places

/// The number that stands at a place, -1 where there is none.
int number_at(std::string_view text, std::size_t at, std::size_t size) {
  if (text.size() < at + size) return -1;
  int value = 0;
  for (const char c : text.substr(at, size)) {
    if (std::string_view("0123456789").find(c) == std::string_view::npos) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool has(std::string_view text, std::size_t at, char c) {
  return at < text.size() && text[at] == c;
}

bool fit_day(std::string_view text, std::chrono::year_month_day& out) {
  const int year = number_at(text, 0, 4), month = number_at(text, 5, 2),
            day = number_at(text, 8, 2);
  if (year < 0 || month < 0 || day < 0 || !has(text, 4, '-') || !has(text, 7, '-')) return false;
  out = std::chrono::year(year) / month / day;
  return out.ok();
}

bool fit(const json::value& tree, std::chrono::year_month_day& out) {
  std::string text;
  return fit(tree, text) && text.size() == 10 && fit_day(text, out);
}

bool fit(const json::value& tree, milliseconds_time& out) {
  using namespace std::chrono;
  std::string text;
  year_month_day date;
  if (!fit(tree, text) || !fit_day(text, date)) return false;
  const int hour = number_at(text, 11, 2), minute = number_at(text, 14, 2),
            second = number_at(text, 17, 2);
  if (!has(text, 10, 'T') || !has(text, 13, ':') || !has(text, 16, ':')) return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  std::string_view rest = std::string_view(text).substr(19);
  std::string fraction;
  if (has(rest, 0, '.')) {
    fraction = rest.substr(1, rest.find_first_not_of("0123456789", 1) - 1);
    if (fraction.empty()) return false;
    rest.remove_prefix(1 + fraction.size());
  }
  minutes offset{0};
  if (rest != "Z") {
    const int hours = number_at(rest, 1, 2), more = number_at(rest, 4, 2);
    if (rest.size() != 6 || !has(rest, 3, ':') || hours < 0 || hours > 23 || more < 0 || more > 59)
      return false;
    if (rest[0] != '+' && rest[0] != '-') return false;
    offset = minutes((hours * 60 + more) * (rest[0] == '+' ? 1 : -1));
  }
  fraction.resize(std::max<std::size_t>(fraction.size(), 3), '0');
  if (fraction.find_first_not_of('0', 3) != std::string::npos) return false;
  out = sys_days(date) + hours(hour) + minutes(minute) + seconds(second) - offset +
        milliseconds(number_at(fraction, 0, 3));
  const auto year_of = year_month_day(floor<days>(out)).year();
  return year_of >= year(0) && year_of <= year(9999);
}

// ------------------------------------------------------------------ tags and checks

const json::value* tag_of(const json::value& tree) {
  return tree.is_object() ? tree.get_object().if_contains("kind") : nullptr;
}

bool fit(const json::value& tree, json_dot& out) {
  const auto* x = tree.get_object().if_contains("x");
  return x != nullptr && fit(*x, out.x);
}

bool fit(const json::value& tree, json_row& out);

/// An object whose tag it is.
template <class Variant>
bool fit_tagged(const json::value& tree, Variant& out) {
  const auto* tag = tag_of(tree);
  if (tag == nullptr || !tag->is_string()) return false;
  if (tag->get_string() == "dot") return fit(tree, out.template emplace<json_dot>());
  return tag->get_string() == "row" && fit(tree, out.template emplace<json_row>());
}

bool fit(const json::value& tree, std::variant<json_dot, json_row>& out) {
  return fit_tagged(tree, out);
}
bool fit(const json::value& tree, std::variant<json_dot, json_row, bool>& out) {
  return tree.is_bool() ? fit(tree, out.emplace<bool>()) : fit_tagged(tree, out);
}

bool fit(const json::value& tree, json_row& out) {
  const auto* parts = tree.get_object().if_contains("parts");
  if (parts == nullptr || parts->is_null()) return true;
  return fit(*parts, out.parts.emplace());
}

bool is_code(std::string_view text) {
  while (!text.empty() && text.front() != '-') {
    const std::size_t size = text.starts_with("\xC3\xA9") ? 2 : 1;
    if (size == 1 && text.front() != 'a' && text.front() != 'b') return false;
    text.remove_prefix(size);
  }
  return text.empty() ||
         ((text.size() == 2 || text.size() == 3) && number_at(text, 1, text.size() - 1) >= 0);
}

bool fit(const json::value& tree, std::map<std::string, std::string>& out) {
  if (!tree.is_object()) return false;
  for (const auto& [key, value] : tree.get_object())
    if (!fit(value, out[key]) || (out[key] != "yes" && out[key] != "no")) return false;
  return true;
}

bool fit_id(const json::value& tree, std::uint64_t& out) {
  if (!tree.is_string()) return fit(tree, out);
  const std::string text(tree.get_string());
  if (text.empty() || text.size() > 20 || (text.size() > 1 && text[0] == '0')) return false;
  out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (out > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return false;
    out = out * 10 + digit;
  }
  return true;
}

bool bind_id(const json::object& object, std::optional<std::uint64_t>& out) {
  const auto* member = object.if_contains("id");
  if (member == nullptr || member->is_null()) return true;
  return fit_id(*member, out.emplace());
}

bool fit(const json::value& tree, json_node& out) {
  if (!tree.is_object()) return false;
  const auto& object = tree.get_object();
  return bind_member(object, "flag", out.flag) && bind_member(object, "whole", out.whole) &&
         bind_member(object, "large", out.large) && bind_member(object, "small", out.small) &&
         bind_member(object, "real", out.real) && bind_member(object, "text", out.text) &&
         bind_member(object, "colour", out.colour) && bind_member(object, "label", out.label) &&
         bind_member(object, "pair", out.pair) && bind_member(object, "list", out.list) &&
         bind_member(object, "table", out.table) && bind_member(object, "time", out.time) &&
         bind_member(object, "day", out.day) && bind_member(object, "shape", out.shape) &&
         bind_member(object, "ruled", out.ruled) && bind_member(object, "any", out.any) &&
         bind_id(object, out.id);
}

bool fit(const json::value& tree, json_ruled& out) {
  if (!tree.is_object()) return false;
  const auto& object = tree.get_object();
  const bool fits =
      bind_member(object, "code", out.code) && bind_member(object, "tags", out.tags) &&
      bind_member(object, "step", out.step) && bind_member(object, "words", out.words) &&
      bind_member(object, "lowEnd", out.low_end) && bind_member(object, "highEnd", out.high_end);
  if (!fits || (out.code && !is_code(*out.code))) return false;
  if (out.tags) {
    const std::set<int> different(out.tags->begin(), out.tags->end());
    if (different.size() != out.tags->size()) return false;
    if (!different.empty() && (*different.begin() < -2 || *different.rbegin() > 5)) return false;
  }
  // Quarters are doubles, so that this is exact.
  if (out.step && (std::fabs(*out.step) > 1e6 || std::fmod(*out.step, 0.25) != 0)) return false;
  return out.low_end.value_or(0) <= out.high_end.value_or(9);
}

// ------------------------------------------------------------------ repeated keys

/// Collects the keys of each object that is open.
struct key_watch {
  using error = json::error_code&;
  using text = json::string_view;

  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  bool on_document_begin(error) { return true; }
  bool on_document_end(error) { return true; }
  bool on_object_begin(error) { return open.emplace_back(), true; }
  bool on_object_end(std::size_t, error) { return open.pop_back(), true; }
  bool on_array_begin(error) { return true; }
  bool on_array_end(std::size_t, error) { return true; }
  bool on_key_part(text part, std::size_t, error) {
    key.append(part.data(), part.size());
    return true;
  }
  bool on_key(text last, std::size_t, error) {
    key.append(last.data(), last.size());
    repeated = !open.back().insert(std::exchange(key, {})).second || repeated;
    return true;
  }
  bool on_string_part(text, std::size_t, error) { return true; }
  bool on_string(text, std::size_t, error) { return true; }
  bool on_number_part(text, error) { return true; }
  bool on_int64(std::int64_t, text, error) { return true; }
  bool on_uint64(std::uint64_t, text, error) { return true; }
  bool on_double(double, text, error) { return true; }
  bool on_bool(bool, error) { return true; }
  bool on_null(error) { return true; }
  bool on_comment_part(text, error) { return true; }
  bool on_comment(text, error) { return true; }

  std::vector<std::set<std::string>> open;
  std::string key;
  bool repeated = false;
};

}  // namespace

namespace {

bool has_null(const json::value& tree) {
  if (tree.is_array())
    for (const auto& item : tree.get_array())
      if (has_null(item)) return true;
  if (tree.is_object())
    for (const auto& [key, value] : tree.get_object())
      if (has_null(value)) return true;
  return tree.is_null();
}

}  // namespace

void merge(json::value& tree, const json::value& patch) {
  if (!patch.is_object()) {
    tree = patch;
    return;
  }
  if (!tree.is_object()) tree = json::object();
  for (const auto& [key, value] : patch.get_object()) {
    if (value.is_null()) tree.get_object().erase(key);
    else merge(tree.get_object()[key], value);
  }
}

bool is_plain_patch(const json::value& patch) {
  if (patch.is_array())
    for (const auto& item : patch.get_array())
      if (!is_plain_patch(item)) return false;
  if (!patch.is_object()) return true;
  for (const auto& [key, value] : patch.get_object()) {
    if (key == "shape" || (key == "label" && value.is_object() && has_null(value))) return false;
    if (!is_plain_patch(value)) return false;
  }
  return true;
}

bool bind_tree(const json::value& tree, json_node& out) { return fit(tree, out); }

bool has_repeated_key(std::string_view text) {
  json::parse_options options;
  options.max_depth = std::numeric_limits<std::size_t>::max();
  json::basic_parser<key_watch> parser(options);
  json::error_code ec;
  parser.write_some(false, text.data(), text.size(), ec);
  return parser.handler().repeated;
}

}  // namespace weft::fuzz
