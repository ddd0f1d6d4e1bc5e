#pragma once

#include <weft/web/json/describe.hpp>
#include <weft/web/json/rules.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/fwd.hpp>

#include <array>
#include <chrono>
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

/// Told apart by a tag.
struct json_dot {
  std::int8_t x = 0;
};
BOOST_DESCRIBE_STRUCT(json_dot, (), (x))
inline void json_rules(rules_for<json_dot>& rules) { rules.tag("kind", "dot"); }

struct json_row {
  std::optional<std::vector<std::variant<json_dot, json_row, bool>>> parts;
};
BOOST_DESCRIBE_STRUCT(json_row, (), (parts))
inline void json_rules(rules_for<json_row>& rules) { rules.tag("kind", "row"); }

/// With checks of the whole.
struct json_ruled {
  std::optional<std::string> code;
  std::optional<std::vector<int>> tags;
  std::optional<double> step;
  std::optional<std::map<std::string, std::string>> words;
  std::optional<int> low_end;
  std::optional<int> high_end;
};
BOOST_DESCRIBE_STRUCT(json_ruled, (), (code, tags, step, words, low_end, high_end))

inline void json_rules(rules_for<json_ruled>& rules) {
  rules.names(naming::camel);
  rules.omit_null();
  rules.pattern(&json_ruled::code, "([ab]|é)*(-[0-9]{1,2})?");
  rules.unique(&json_ruled::tags);
  rules.range(each(&json_ruled::tags), -2, 5);
  rules.range(&json_ruled::step, -1e6, 1e6);
  rules.multiple_of(&json_ruled::step, 0.25);
  rules.one_of(each(&json_ruled::words), {"yes", "no"});
  rules.check(
      &json_ruled::high_end,
      [](const json_ruled& all) { return all.low_end.value_or(0) <= all.high_end.value_or(9); },
      "must not be below lowEnd");
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
  std::optional<std::uint64_t> id;
  std::optional<std::chrono::sys_time<std::chrono::milliseconds>> time;
  std::optional<std::chrono::year_month_day> day;
  std::optional<std::variant<json_dot, json_row>> shape;
  std::optional<json_ruled> ruled;
  std::variant<std::monostate, bool, std::int64_t, std::string, std::vector<double>> any;
};
BOOST_DESCRIBE_STRUCT(json_node, (),
                      (flag, whole, large, small, real, text, colour, label, pair, list, table, id,
                       time, day, shape, ruled, any))

inline void json_rules(rules_for<json_node>& rules) {
  rules.optional(&json_node::any);
  rules.as_text(&json_node::id);
}

/// What weft should make of a tree, said once more without its engine.
/// @return whether it fits; `out` is only then of use
bool bind_tree(const boost::json::value& tree, json_node& out);

/// What becomes of a tree by a merge patch. @source RFC 7396 2
void merge(boost::json::value& tree, const boost::json::value& patch);

/// Whether a patch means the same to RFC 7396, where null always takes away, and to weft, where a
/// member that is no optional is never null and a variant is replaced whole.
bool is_plain_patch(const boost::json::value& patch);

/// Whether a key stands twice in some object of the text. @param text  JSON
bool has_repeated_key(std::string_view text);

}  // namespace weft::fuzz
