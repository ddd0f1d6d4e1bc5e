#pragma once

#include <weft/web/json/describe.hpp>
#include <weft/web/json/rules.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/fwd.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Types with one member of each kind that weft reads from JSON, and the second opinion on them.

namespace weft::fuzz {

enum class json_colour : std::int16_t { red, green = 7 };
BOOST_DESCRIBE_ENUM(json_colour, red, green)

/// With rules.
struct json_label {
  std::int32_t id = 0;
  std::string name;
  std::uint8_t size = 9;
};
BOOST_DESCRIBE_STRUCT(json_label, (), (id, name, size))

inline void json_rules(rules_for<json_label>& rules) {
  rules.range(&json_label::id, -5, 1000);
  rules.size(&json_label::name, 1, 4);
  rules.optional(&json_label::size);
  rules.refuse_unknown();
}

struct json_node {
  std::optional<bool> flag;
  std::optional<std::int64_t> whole;
  std::optional<std::uint64_t> large;
  std::optional<std::int8_t> small;
  std::optional<double> real;
  std::optional<std::string> text;
  std::optional<json_colour> colour;
  std::optional<json_label> label;
  std::optional<std::array<std::uint16_t, 2>> pair;
  std::optional<std::vector<json_node>> list;
  std::optional<std::map<std::string, json_node>> table;
  std::variant<std::monostate, bool, std::int64_t, std::string, std::vector<double>> any;
};
BOOST_DESCRIBE_STRUCT(json_node, (),
                      (flag, whole, large, small, real, text, colour, label, pair, list, table,
                       any))

inline void json_rules(rules_for<json_node>& rules) { rules.optional(&json_node::any); }

/// What weft should make of a tree, said once more without its engine.
/// @return whether it fits; `out` is only then of use
bool bind_tree(const boost::json::value& tree, json_node& out);

/// Whether a key stands twice in some object of the text. @param text  JSON
bool has_repeated_key(std::string_view text);

}  // namespace weft::fuzz
