#include "json_types.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>

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

bool fit(const json::value& tree, json_node& out);
bool fit(const json::value& tree, json_label& out);

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

bool fit(const json::value& tree, json_node& out) {
  if (!tree.is_object()) return false;
  const auto& object = tree.get_object();
  return bind_member(object, "flag", out.flag) && bind_member(object, "whole", out.whole) &&
         bind_member(object, "large", out.large) && bind_member(object, "small", out.small) &&
         bind_member(object, "real", out.real) && bind_member(object, "text", out.text) &&
         bind_member(object, "colour", out.colour) && bind_member(object, "label", out.label) &&
         bind_member(object, "pair", out.pair) && bind_member(object, "list", out.list) &&
         bind_member(object, "table", out.table) && bind_member(object, "any", out.any);
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
