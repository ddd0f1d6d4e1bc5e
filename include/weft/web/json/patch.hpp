#pragma once

#include <weft/web/json/parse.hpp>
#include <weft/web/operation.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

class context;

namespace detail {
json_outcome parse_patch(std::string_view text, void* out, const json_type& type,
                         const json_limits& limits, std::vector<std::size_t>& given);
json_outcome apply_patch(std::string_view text, void* out, const json_type& type,
                         const json_limits& limits);
/// @return false where it was rejected, as read_json_body()
bool read_patch_body(context& ctx, const json_type& type, void* out, std::string& text,
                     std::vector<std::size_t>& given);
}  // namespace detail

/// What is to change in a T: each member is absent (it stays), null, or has a new value.
///
/// As a handler's parameter it is the body of a PATCH, a JSON merge patch: no member is required,
/// members that are described structs are patched in turn, a null in a map takes the entry away,
/// and a vector or a variant is replaced whole. Null for a member that is no std::optional is an
/// issue, and the rules of T hold for what is given; rules of the whole object are seen when the
/// patch is applied.
/// @source RFC 7396
/// @example tests/unit/web/json/patch_test.cpp:patch
template <class T>
class patch {
  static_assert(json_readable<T> && detail::json_kind_of<T>() == detail::json_kind::object &&
                    std::copy_constructible<T>,
                "weft: patch<T> needs a struct described with BOOST_DESCRIBE_STRUCT that can be "
                "copied");

public:
  using reads_body = void;  // whole

  /// Whether the member is given, as null or as a value.
  template <class Member, class Class>
  bool has(Member Class::*member) const {
    return std::ranges::count(given_, detail::json_offset<T>(member)) != 0;
  }
  /// The member as it was given: a null pointer where it is absent, an empty std::optional where it
  /// is null. A struct or a map in T has what was given of it, beside its initialisers.
  template <class Member, class Class>
  const Member* get(Member Class::*member) const {
    return has(member) ? &(value_.*member) : nullptr;
  }
  /// Nothing is to change.
  bool empty() const noexcept { return given_.empty(); }

  static std::optional<patch> extract(context& ctx) {
    patch change;
    if (!detail::read_patch_body(ctx, type(), &change.value_, change.text_, change.given_))
      return std::nullopt;
    return change;
  }
  static void describe(operation& op) { op.takes_patch(type()); }

  /// As weft::parse_json(), for a patch.
  static json_outcome parse(std::string_view text, patch& out, const json_limits& limits = {}) {
    patch change;
    const auto given = detail::parse_patch(text, &change.value_, type(), limits, change.given_);
    change.text_ = text;
    if (given) out = std::move(change);
    return given;
  }

  /// As weft::apply().
  json_outcome apply_to(T& object) const {
    if (empty()) return {};
    T changed = object;
    auto outcome = detail::apply_patch(text_, &changed, type(), {.depth = json_limits::deepest});
    if (outcome) object = std::move(changed);
    return outcome;
  }

private:
  static const detail::json_type& type() { return detail::json_type_of<T, detail::json_use::read>; }

  T value_{};
  std::string text_;  // to be read once more, into the object
  std::vector<std::size_t> given_;
};

/// Changes an object as the patch says, or leaves it as it was.
///
///     if (auto fits = weft::apply(*change, item); !fits) throw weft::http_error(std::move(fits));
///
/// @return  ok, or the issues of what the object would have become: a rule of the whole object, or
///          a member that is required and not given where a struct was null
template <class T>
json_outcome apply(const patch<T>& change, T& object) {
  return change.apply_to(object);
}

}  // namespace weft
