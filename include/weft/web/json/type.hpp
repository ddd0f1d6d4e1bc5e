#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <typeinfo>

// What the engine knows of a C++ type: a row of plain data and function pointers. The templates of
// describe.hpp fill these rows; parse.cpp and write.cpp, which are no templates, walk them.
namespace weft::detail {

enum class json_kind : unsigned char {
  none,  ///< not described
  boolean,
  integer,
  floating,
  string,
  string_view,  ///< can be written only
  enumeration,
  object,
  array,
  map,
  optional,
  variant,
  null,
  date_time,     ///< a point in time, by the system's clock
  date,          ///< std::chrono::year_month_day
  integer_text,  ///< an integer that is written as a string; by a rule only
};

/// Which values are good. Two's complement bits: the sign is that of the type they belong to.
struct json_bounds {
  std::uint64_t low = 0;
  std::uint64_t high = std::numeric_limits<std::uint64_t>::max();
  double low_number = -std::numeric_limits<double>::infinity();
  double high_number = std::numeric_limits<double>::infinity();
  std::size_t min_size = 0;
  std::size_t max_size = std::numeric_limits<std::size_t>::max();
  bool sized = false;  ///< min_size and max_size are to be looked at
};

/// Members of one type, bases included: as many as the reader keeps marks for in a frame.
inline constexpr std::size_t json_most_members = 126;

struct json_type;
struct json_layout;
class json_members;

/// The elements lie in one piece, as in std::vector and std::array.
struct json_array_ops {
  struct elements {
    const void* first;
    std::size_t count;
  };

  const json_type* item;
  std::size_t stride;
  std::size_t fixed_size;  ///< the only good size, 0 where any is
  void (*clear)(void* array);
  void* (*append)(void* array, std::size_t index);
  elements (*view)(const void* array);
};

struct json_map_ops {
  struct entry {
    const std::string* key;
    void* value;
    bool is_new;
  };
  using visitor = void (*)(void* context, std::string_view key, const void* value);

  const json_type* item;
  void (*clear)(void* map);
  entry (*insert)(void* map, std::string_view key);
  void (*erase)(void* map, std::string_view key);
  void (*visit)(const void* map, void* context, visitor visit);
};

struct json_optional_ops {
  const json_type* item;
  void (*clear)(void* optional);
  void* (*emplace)(void* optional);
  const void* (*view)(const void* optional);  ///< nullptr where it is empty
};

/// The kind of a value in the text decides which alternative it becomes.
struct json_variant_ops {
  static constexpr std::size_t absent = static_cast<std::size_t>(-1);

  const json_type* const* items;
  std::size_t count;
  void* (*emplace)(void* variant, std::size_t index);
  std::size_t (*index)(const void* variant);  ///< `absent` for a valueless one
  const void* (*view)(const void* variant);
};

/// Since 1970 in UTC, without leap seconds. @param nanoseconds  0 to 999,999,999
struct json_instant {
  std::int64_t seconds;
  std::int64_t nanoseconds;
};

struct json_time_ops {
  enum class stored : unsigned char { whole, too_fine, out_of_range };

  unsigned digits;   ///< of the fraction of a second
  const char* tick;  ///< "a millisecond"
  stored (*store)(void* time, json_instant instant);
  json_instant (*load)(const void* time);
};

using json_object_look = void (*)(void* context, const void* object);

struct json_type {
  json_kind kind;
  unsigned char width = 0;  ///< bytes of a number or an enumeration
  bool is_signed = false;
  json_bounds bounds{};
  const json_array_ops* array = nullptr;
  const json_map_ops* map = nullptr;
  const json_optional_ops* optional = nullptr;
  const json_variant_ops* variant = nullptr;
  const json_time_ops* time = nullptr;
  /// Names the members or enumerators; called once, when the type is first met.
  void (*describe)(json_members& members) = nullptr;
  const std::type_info* id = nullptr;  ///< of a struct or an enumeration
  /// Shows a struct that has what its initialisers gave it; null where it is only written.
  void (*show_initial)(void* context, json_object_look look) = nullptr;
  mutable std::atomic<const json_layout*> layout{nullptr};
};

/// What a rule is about: a member, or the items so many lists deep inside of it.
struct json_place {
  std::size_t offset;
  unsigned depth;
};

/// A function of a value, its type taken away.
struct json_predicate {
  void (*function)();
  bool (*call)(void (*function)(), const void* value);
};

}  // namespace weft::detail

namespace weft {

/// How the names of members become those in the text: `due_on` is dueOn, DueOn, due-on.
enum class naming : unsigned char { snake, camel, pascal, kebab };

}  // namespace weft

namespace weft::detail {

/// Receives the members, enumerators and rules of one type while its layout is built.
class json_members {
public:
  explicit json_members(json_layout& layout) noexcept : layout_(layout) {}

  void add(const char* name, std::size_t offset, const json_type& type);
  void add_enumerator(const char* name, std::uint64_t value);

  void optional(std::size_t offset);
  void all_optional(std::size_t first_offset, std::size_t end_offset);
  void refuse_unknown();
  void tag(std::string_view name, std::string_view value);
  void names(std::size_t first_offset, std::size_t end_offset, naming style);
  void name(std::size_t offset, std::string_view name);
  void omit_null(std::size_t first_offset, std::size_t end_offset);
  void as_text(std::size_t offset);
  void describe_type(std::string_view text);
  void describe(std::size_t offset, std::string_view text);

  // Rules, as weft::rules_for has them. Integers and enumerators come as their bits.
  void at_least(json_place place, std::uint64_t low);
  void at_least(json_place place, double low);
  void at_most(json_place place, std::uint64_t high);
  void at_most(json_place place, double high);
  void above(json_place place, double low);
  void below(json_place place, double high);
  void multiple_of(json_place place, std::uint64_t step);
  void multiple_of(json_place place, double step);
  void size(json_place place, std::size_t least, std::size_t most);
  void unique(json_place place, bool (*less)(const void* left, const void* right));
  void pattern(json_place place, std::string_view expression);
  void email(json_place place);
  void url(json_place place);
  void one_of(json_place place, std::string_view choice);  ///< one more
  void one_of(json_place place, std::uint64_t choice);
  void check(json_place place, json_predicate holds, std::string_view message);
  /// @param shift  where the object begins that `holds` takes
  void check_object(json_place place, std::size_t shift, json_predicate holds,
                    std::string_view message);

private:
  json_layout& layout_;
};

}  // namespace weft::detail
