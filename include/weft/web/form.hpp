#pragma once

#include <weft/runtime/task.hpp>
#include <weft/web/extractor.hpp>
#include <weft/web/form_limits.hpp>
#include <weft/web/json/describe.hpp>
#include <weft/web/query.hpp>
#include <weft/web/upload.hpp>

#include <boost/describe/members.hpp>

#include <optional>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// @return false where it was rejected: 415 for another media type, 400 for what cannot be decoded
///         or has too many fields, 413 past the limits of a multipart form, 422 with all errors for
///         fields that do not fit
bool read_form(context& ctx, const json_type& type, void* out);
/// The same while the body arrives; 507 where an upload cannot be stored.
task<bool> read_form_with_uploads(context& ctx, const json_type& type, void* out);

// No text becomes an upload, and JSON has none: only the reader of forms knows this kind.
template <>
inline constinit const json_type json_type_of<upload, json_use::read> = {.kind = json_kind::none};

template <class M>
inline constexpr bool is_upload = std::is_same_v<M, upload>;
template <>
inline constexpr bool is_upload<std::optional<upload>> = true;
template <>
inline constexpr bool is_upload<std::vector<upload>> = true;

inline constinit const json_type optional_upload = {
    .kind = json_kind::optional,
    .optional = &json_optional_table<std::optional<upload>, json_use::read>::ops};
inline constinit const json_type upload_list = {
    .kind = json_kind::array, .array = &json_array_table<std::vector<upload>, json_use::read>::ops};

template <class M>
const json_type& form_member_type() {
  if constexpr (std::is_same_v<M, std::optional<upload>>) return optional_upload;
  else if constexpr (std::is_same_v<M, std::vector<upload>>) return upload_list;
  else return json_type_of<M, json_use::read>;
}

template <class T, class Visitor>
constexpr auto visit_members(Visitor visit) {
  using namespace boost::describe;
  return visit(describe_members<T, mod_public | mod_inherited>());
}

template <class T, class Member>
using member_type_of = std::remove_cvref_t<decltype(std::declval<T&>().*Member::pointer)>;

template <class T>
consteval bool all_members_fit_form() {
  if constexpr (!boost::describe::has_describe_members<T>::value) return false;
  else
    return visit_members<T>([]<template <class...> class List, class... Member>(List<Member...>) {
      return ((is_upload<member_type_of<T, Member>> || fits_query<member_type_of<T, Member>>)&&...);
    });
}

template <class T>
consteval bool has_uploads() {
  if constexpr (!all_members_fit_form<T>()) return false;
  else
    return visit_members<T>([]<template <class...> class List, class... Member>(List<Member...>) {
      return (is_upload<member_type_of<T, Member>> || ...);
    });
}

template <class T>
void describe_form(json_members& members) {
  visit_members<T>([&]<template <class...> class List, class... Member>(List<Member...>) {
    static_assert(sizeof...(Member) <= json_most_members, "weft binds at most 126 members a type");
    (members.add(Member::name, json_offset<T>(Member::pointer),
                 form_member_type<member_type_of<T, Member>>()),
     ...);
  });
  apply_all_json_rules<T>(members, 0);
}

template <class T>
inline constinit const json_type form_type_of = {.kind = json_kind::object,
                                                 .describe = &describe_form<T>,
                                                 .id = &typeid(T),
                                                 .show_initial = &show_initial_object<T>};

}  // namespace detail

/// The body as a described struct, from what an HTML form sends: every member is the field of its
/// name. Both of a form's media types are read, application/x-www-form-urlencoded and
/// multipart/form-data.
///
/// The rules are those of query<T>, and so those of JSON (weft::rules_for). What differs is what
/// browsers do. A box that is checked is "on", which is true for a bool, and one that is not
/// checked is not sent: give the bool a default with rules_for::optional(). An input that was left
/// empty is sent as an empty text: a std::string is then there and empty, and any other member
/// that may be absent is absent. form_limits bounds it.
///
/// A member may be an upload, a std::optional or a std::vector of uploads; rules_for::size() is
/// then in bytes, of a vector in items. A file input that was left empty is as not sent. Such a
/// form is read while it arrives, so limit_body() of its route may be larger than memory, and its
/// handler called when all of it is there.
/// @example tests/unit/web/form_test.cpp:form
template <class T>
class form : public detail::extracted<T>,
             public std::conditional_t<detail::has_uploads<T>(), detail::body_streamer,
                                       detail::whole_body_reader> {
  static_assert(detail::all_members_fit_form<T>(),
                "weft: form<T> needs a struct described with BOOST_DESCRIBE_STRUCT, whose members "
                "are strings, numbers, bools, described enums, weft::upload, or std::optional or "
                "std::vector of these");

public:
  using detail::extracted<T>::extracted;

  /// @return a task for a T with uploads
  static auto extract(context& ctx) {
    if constexpr (detail::has_uploads<T>()) return extract_while_it_arrives(ctx);
    else return extract_whole(ctx);
  }
  static void describe(operation& op) {
    if constexpr (detail::has_uploads<T>()) op.takes_uploads(detail::form_type_of<T>);
    else op.takes_form(detail::json_type_of<T, detail::json_use::read>);
  }

private:
  static std::optional<form> extract_whole(context& ctx) {
    T value{};
    if (!detail::read_form(ctx, detail::json_type_of<T, detail::json_use::read>, &value))
      return std::nullopt;
    return form(std::move(value));
  }

  static task<std::optional<form>> extract_while_it_arrives(context& ctx) {
    T value{};
    const bool fits = co_await detail::read_form_with_uploads(ctx, detail::form_type_of<T>, &value);
    if (!fits) co_return std::nullopt;
    co_return form(std::move(value));
  }
};

}  // namespace weft
