#pragma once

#include "web/openapi/linked_text.hpp"

#include <weft/web/json/type.hpp>

#include <deque>
#include <map>
#include <set>
#include <string>
#include <typeindex>
#include <utility>

namespace weft::detail {

/// What a schema is for: a body that is read, an answer that is written, a merge patch, or fields
/// of text, which have no null.
enum class schema_use : unsigned char { read, write, patch, text };

/// A struct or an enumeration of components/schemas.
struct component {
  const json_type* type;
  schema_use use;
  linked_text text;
  std::string name{};  ///< known when all components are
};

/// All of them, each described once. A struct may contain itself: it is there before it is
/// described.
class component_set {
public:
  const component& of(const json_type& type, schema_use use);

  /// Gives all of them names: the short one of the type, with its namespaces where two types
  /// have the same. What a type is read and written as is one component where it is the same, else
  /// the former is named NAME_input.
  void assign_names();
  /// By name; call it when they have theirs.
  std::map<std::string, const component*> by_name() const;

private:
  void merge();
  bool is_same(const component& read, const component& written,
               const std::set<std::type_index>& different) const;
  std::string unused(std::string name);

  std::deque<component> all_;  // in the order in which they were met
  std::map<std::pair<std::type_index, schema_use>, component*> found_;
  std::set<std::type_index> different_;  // as they are read and written
  std::set<std::string> names_;
};

}  // namespace weft::detail
