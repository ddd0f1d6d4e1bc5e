#pragma once

#include "web/openapi/components.hpp"

#include "web/json/layout.hpp"

#include <weft/web/json/type.hpp>

#include <string>
#include <string_view>

namespace weft::detail {

/// What is known of a value beside its type.
struct schema_facts {
  const json_layout* owner = nullptr;  ///< the struct that it is a member of,
  std::size_t member = 0;              ///< or an item in one,
  unsigned depth = 0;                  ///< so many lists deep
  bool can_be_null = false;
  std::string description{};
  std::string preset{};  ///< JSON, as the example
  std::string example{};
};

/// The schema of a value: a reference to a component where it has one.
void write_schema(text_builder& out, component_set& components, const json_type& type,
                  schema_use use, schema_facts facts = {});

/// The schema of a member of `owner`, the struct `initial` being what its initialisers made.
/// @param initial  null where nobody knows
void write_member_schema(text_builder& out, component_set& components, const json_layout& owner,
                         std::size_t member, schema_use use, const void* initial,
                         schema_facts facts = {});

/// The schema of a struct or an enumeration itself.
linked_text component_schema(component_set& components, const json_type& type, schema_use use);

/// A value as JSON for "default", empty where there is nothing to say.
std::string preset_of(const void* value, const json_type& type);

/// Calls with the initial object of a struct, or with null.
template <class Function>
void with_initial(const json_type& type, Function look) {
  if (type.show_initial == nullptr) return look(static_cast<const void*>(nullptr));
  type.show_initial(
      &look, [](void* context, const void* object) { (*static_cast<Function*>(context))(object); });
}

}  // namespace weft::detail
