#include "rules.hpp"

#include "decimal.hpp"
#include "issues.hpp"
#include "utf8.hpp"
#include "values.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

// The rules of weft::rules_for. Bounds of a member's own value are where the reader looks as it
// stores the value; all else is a check of the complete object.
namespace weft::detail {
using wrong_function = std::function<std::string(const void*)>;

void add_check(json_layout& layout, json_place place, wrong_function wrong, json_keyword keyword) {
  const auto member =
      static_cast<std::size_t>(&layout.member_at(place.offset) - layout.members.data());
  layout.checks.push_back({member, place.depth, false, std::move(wrong), std::move(keyword)});
}

namespace {

/// The type of the values that a rule is about.
const json_type& type_at(const json_type& type, unsigned depth) {
  const json_type& value = held_type_of(type);
  if (depth == 0) return value;
  return type_at(value.kind == json_kind::array ? *value.array->item : *value.map->item, depth - 1);
}

const json_type& type_at(json_layout& layout, json_place place) {
  return type_at(*layout.member_at(place.offset).type, place.depth);
}

/// The check of that sort for that place, made at the first call: rules that come one by one add
/// to it.
template <class Check>
Check& check_of(json_layout& layout, json_place place) {
  const json_member& member = layout.member_at(place.offset);
  const auto index = static_cast<std::size_t>(&member - layout.members.data());
  for (json_check& check : layout.checks) {
    auto* const found = check.wrong.target<Check>();
    if (found != nullptr && check.member == index && check.depth == place.depth) return *found;
  }
  add_check(layout, place, Check(type_at(layout, place)));
  return *layout.checks.back().wrong.target<Check>();
}

struct bounds_check {
  explicit bounds_check(const json_type& of) : type(&of), bounds(of.bounds) {}
  std::string operator()(const void* value) const { return wrong_bounds(value, *type, bounds); }

  const json_type* type;
  json_bounds bounds;
};

/// Bounds of a member are the reader's; those of items are checked with the items.
json_bounds& bounds_at(json_layout& layout, json_place place) {
  if (place.depth == 0) return layout.member_at(place.offset).bounds;
  return check_of<bounds_check>(layout, place).bounds;
}

struct choices_check {
  explicit choices_check(const json_type& of) : type(&of) {}

  bool has(const void* value) const {
    if (type->kind == json_kind::string)
      return std::ranges::count(texts, *static_cast<const std::string*>(value)) != 0;
    return std::ranges::count(bits, load_bits(value, *type)) != 0;
  }
  std::string operator()(const void* value) const {
    return has(value) ? std::string() : choices_message(*type, texts, bits);
  }

  const json_type* type;
  std::vector<std::string> texts;
  std::vector<std::uint64_t> bits;
};

template <class Function>
void add_number_check(json_layout& layout, json_place place, Function is_good, std::string message,
                      json_keyword keyword) {
  const json_type& type = type_at(layout, place);
  const auto wrong = [&type, is_good, message = std::move(message)](const void* value) {
    return is_good(load_floating(value, type)) ? std::string() : message;
  };
  add_check(layout, place, wrong, std::move(keyword));
}

bool has_twice(json_array_ops::elements items, std::size_t stride,
               bool (*less)(const void*, const void*)) {
  std::vector<const unsigned char*> order(items.count);
  for (std::size_t i = 0; i != items.count; ++i)
    order[i] = static_cast<const unsigned char*>(items.first) + i * stride;
  std::ranges::sort(order, less);
  const auto same = [less](const void* left, const void* right) { return !less(left, right); };
  return std::ranges::adjacent_find(order, same) != order.end();
}

bool is_multiple(std::uint64_t bits, bool is_signed, std::uint64_t step) {
  if (!is_signed || std::bit_cast<std::int64_t>(bits) >= 0) return bits % step == 0;
  return (0 - bits) % step == 0;
}

}  // namespace

void json_members::at_least(json_place place, std::uint64_t low) {
  bounds_at(layout_, place).low = low;
}
void json_members::at_least(json_place place, double low) {
  bounds_at(layout_, place).low_number = low;
}
void json_members::at_most(json_place place, std::uint64_t high) {
  bounds_at(layout_, place).high = high;
}
void json_members::at_most(json_place place, double high) {
  bounds_at(layout_, place).high_number = high;
}

void json_members::above(json_place place, double low) {
  add_number_check(layout_, place, [low](double value) { return value > low; },
                   "must be more than " + number_text(low), {"exclusiveMinimum", number_text(low)});
}
void json_members::below(json_place place, double high) {
  add_number_check(layout_, place, [high](double value) { return value < high; },
                   "must be less than " + number_text(high),
                   {"exclusiveMaximum", number_text(high)});
}

void json_members::multiple_of(json_place place, double step) {
  if (!(step > 0) || !std::isfinite(step))
    throw std::logic_error("json_rules: a multiple is of a number above 0");
  add_number_check(layout_, place,
                   [step](double value) { return is_decimal_multiple(value, step); },
                   "must be a multiple of " + number_text(step), {"multipleOf", number_text(step)});
}
void json_members::multiple_of(json_place place, std::uint64_t step) {
  const json_type& type = type_at(layout_, place);
  if (step == 0 || (type.is_signed && std::bit_cast<std::int64_t>(step) < 0))
    throw std::logic_error("json_rules: a multiple is of a number above 0");
  const auto wrong = [&type, step](const void* value) {
    if (is_multiple(load_bits(value, type), type.is_signed, step)) return std::string();
    return "must be a multiple of " + std::to_string(step);
  };
  add_check(layout_, place, wrong, {"multipleOf", std::to_string(step)});
}

void json_members::size(json_place place, std::size_t least, std::size_t most) {
  json_bounds& bounds = bounds_at(layout_, place);
  bounds.min_size = least;
  bounds.max_size = most;
  bounds.sized = true;
}

void json_members::unique(json_place place, bool (*less)(const void*, const void*)) {
  const json_array_ops& ops = *type_at(layout_, place).array;
  const auto wrong = [&ops, less](const void* list) {
    const bool is_bad = has_twice(ops.view(list), ops.stride, less);
    return std::string(is_bad ? "must have no item twice" : "");
  };
  add_check(layout_, place, wrong, {"uniqueItems", "true"});
}

void json_members::one_of(json_place place, std::string_view choice) {
  check_of<choices_check>(layout_, place).texts.emplace_back(choice);
}
void json_members::one_of(json_place place, std::uint64_t choice) {
  check_of<choices_check>(layout_, place).bits.push_back(choice);
}

void json_members::check(json_place place, json_predicate holds, std::string_view message) {
  const auto wrong = [holds, text = std::string(message)](const void* value) {
    return holds.call(holds.function, value) ? std::string() : text;
  };
  add_check(layout_, place, wrong, {"description", std::string(message), true});
}

void json_members::check_object(json_place place, std::size_t shift, json_predicate holds,
                                std::string_view message) {
  const auto wrong = [holds, shift, text = std::string(message)](const void* object) {
    const auto* const part = static_cast<const unsigned char*>(object) + shift;
    return holds.call(holds.function, part) ? std::string() : text;
  };
  add_check(layout_, place, wrong, {"description", std::string(message), true});
  layout_.checks.back().is_of_object = true;
}

const json_bounds* item_bounds_of(const json_check& check) {
  const auto* const found = check.wrong.target<bounds_check>();
  return found != nullptr ? &found->bounds : nullptr;
}

std::optional<json_choices> choices_of(const json_check& check) {
  const auto* const found = check.wrong.target<choices_check>();
  if (found == nullptr) return std::nullopt;
  return json_choices{&found->texts, &found->bits};
}

std::string wrong_bounds(const void* value, const json_type& type, const json_bounds& bounds) {
  switch (type.kind) {
    case json_kind::integer:
    case json_kind::integer_text:
      if (is_within(load_bits(value, type), type.is_signed, bounds)) return {};
      return range_message(type, bounds);
    case json_kind::floating: {
      const double number = load_floating(value, type);
      if (number >= bounds.low_number && number <= bounds.high_number) return {};
      return range_message(type, bounds);
    }
    case json_kind::string:
      return wrong_size(type.kind, characters_of(*static_cast<const std::string*>(value)), bounds);
    case json_kind::array: return wrong_size(type.kind, type.array->view(value).count, bounds);
    case json_kind::map: {
      std::size_t count = 0;
      type.map->visit(value, &count, [](void* context, std::string_view, const void*) {
        ++*static_cast<std::size_t*>(context);
      });
      return wrong_size(type.kind, count, bounds);
    }
    default: return {};
  }
}

namespace {

/// Looks at all values that one check is about, and keeps the way to the one it looks at.
class check_walk {
public:
  check_walk(const json_check& check, const json_member& member, std::size_t most,
             std::vector<broken_rule>& broken)
      : check_(check), member_(member), most_(most), broken_(broken) {}

  void look(const void* value, const json_type& type, unsigned depth) {
    if (type.kind == json_kind::optional) {
      const void* const held = type.optional->view(value);
      if (held != nullptr) look(held, *type.optional->item, depth);
    } else if (depth == 0) {
      note(check_.wrong(value));
    } else if (type.kind == json_kind::array) {
      look_at_items(value, *type.array, depth - 1);
    } else {
      look_at_entries(value, *type.map, depth - 1);
    }
  }

private:
  void look_at_items(const void* list, const json_array_ops& ops, unsigned depth) {
    const auto [first, count] = ops.view(list);
    const auto* item = static_cast<const unsigned char*>(first);
    for (std::size_t i = 0; i != count; ++i, item += ops.stride) {
      way_.push_back({{}, i});
      look(item, *ops.item, depth);
      way_.pop_back();
    }
  }

  void look_at_entries(const void* map, const json_map_ops& ops, unsigned depth) {
    struct visit {
      check_walk& walk;
      const json_type& type;
      unsigned depth;
    } visiting{*this, *ops.item, depth};
    ops.visit(map, &visiting, [](void* context, std::string_view key, const void* value) {
      auto& [walk, type, levels] = *static_cast<visit*>(context);
      walk.way_.push_back({key, is_key});
      walk.look(value, type, levels);
      walk.way_.pop_back();
    });
  }

  void note(std::string wrong) {
    if (wrong.empty() || broken_.size() >= most_) return;
    std::string inside;
    for (const auto& [key, index] : way_) {
      if (index == is_key) append_token(inside, key);
      else append_token(inside, std::to_string(index));
    }
    broken_.push_back({&member_, std::move(inside), std::move(wrong)});
  }

  static constexpr std::size_t is_key = static_cast<std::size_t>(-1);
  struct step {
    std::string_view key;
    std::size_t index;
  };

  const json_check& check_;
  const json_member& member_;
  const std::size_t most_;
  std::vector<broken_rule>& broken_;
  std::vector<step> way_;
};

}  // namespace

std::vector<broken_rule> broken_rules(const json_layout& layout, const void* object,
                                      const json_marks& good, bool all_good, std::size_t most) {
  std::vector<broken_rule> broken;
  const auto* const bytes = static_cast<const unsigned char*>(object);
  for (const json_check& check : layout.checks) {
    const json_member& member = layout.members[check.member];
    if (check.is_of_object || (good[member.mark_word] & member.mark) == 0) continue;
    check_walk(check, member, most, broken).look(bytes + member.offset, *member.type, check.depth);
  }
  if (!all_good || !broken.empty()) return broken;
  for (const json_check& check : layout.checks) {
    if (!check.is_of_object) continue;
    auto wrong = check.wrong(object);
    if (!wrong.empty()) broken.push_back({&layout.members[check.member], {}, std::move(wrong)});
  }
  return broken;
}

}  // namespace weft::detail
