#pragma once

#include <weft/http/status.hpp>
#include <weft/web/json/describe.hpp>
#include <weft/web/text_value.hpp>

#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

namespace weft {

namespace detail {

struct operation_record;

/// What is to be said of a value: its type by the rows that JSON is read and written by.
struct value_schema {
  const json_type* type = nullptr;  ///< null: a text
  const char* format = nullptr;     ///< of a text: "uuid"
  bool is_list = false;             ///< of such texts
};

template <class T>
struct text_item {
  using type = T;
  static constexpr bool is_list = false;
};
template <class T>
struct text_item<std::optional<T>> : text_item<T> {};
template <class T>
struct text_item<std::vector<T>> {
  using type = T;
  static constexpr bool is_list = true;
};

/// Of what is read from text by text_value.
template <class T>
constexpr value_schema text_schema() {
  using item = typename text_item<T>::type;
  constexpr bool is_list = text_item<T>::is_list;
  if constexpr (is_text_scalar<item>)
    return {&json_type_of<item, json_use::read>, nullptr, is_list};
  else if constexpr (requires { text_value<item>::format; })
    return {nullptr, text_value<item>::format, is_list};
  else return {nullptr, nullptr, is_list};
}

}  // namespace detail

/// What the signature of a handler says about the operation that it is, for the OpenAPI document.
///
/// Each extractor and each type that a handler returns has its say, in a function that runs only
/// when a document is made. One of your own tells it like this; without the function it takes and
/// answers what nobody knows of:
///
///     struct client_name {
///       static std::optional<client_name> extract(weft::context& ctx);
///       static void describe(weft::operation& op) {
///         op.takes<std::string>(weft::operation::place::header, "X-Client");
///         op.fails(weft::http_status::bad_request);
///       }
///     };
///
/// @example tests/unit/web/openapi/own_types_test.cpp:describe
class operation {
public:
  enum class place : unsigned char { path, query, header, cookie };
  enum class presence : unsigned char { required, optional };

  explicit operation(detail::operation_record& record) noexcept : record_(record) {}

  /// A parameter whose text is read as a T.
  template <class T>
  void takes(place in, std::string_view name, presence needed = presence::required) {
    parameter(in, name, needed, detail::text_schema<T>());
  }
  /// The scheme of api_description::security that a request has to satisfy.
  void secured_by(std::string_view scheme);
  /// An answer with problem+json. A 400, 404, ... is listed once, however often it is said.
  void fails(http_status status);

  /// The answers that are said after this have that status, instead of 200.
  void status(http_status status);
  /// They have one that only the handler knows.
  void any_status();
  /// A header of these answers.
  void answer_header(std::string_view name, std::string_view description);
  /// An answer without a body.
  void answers_nothing();
  /// An answer of that media type, of which no more is known. "*/*" is any.
  void answers(std::string_view media_type);
  /// An answer of JSON.
  template <json_writable T>
  void answers_json() {
    answers("application/json", {&detail::json_type_of<T, detail::json_use::write>});
  }

  // What weft's own extractors and replies say.

  void path(detail::value_schema schema);  ///< the pattern's next parameter
  /// @param preset  the default, of that type; null where there is none
  void parameter(place in, std::string_view name, presence needed, detail::value_schema schema,
                 const void* preset = nullptr);
  void query(const detail::json_type& type);  ///< all members
  void takes_json(const detail::json_type& type);
  void takes_patch(const detail::json_type& type);
  void takes_lines(const detail::json_type& type);
  void takes_form(const detail::json_type& type);
  void takes_uploads(const detail::json_type& type);
  void takes_parts();
  void takes_bytes();
  void fills_response();  ///< the handler has the context, and may answer by itself
  void answers(std::string_view media_type, detail::value_schema schema);
  void answers_void();
  void may_fail();  ///< with a status that only the handler knows

private:
  detail::operation_record& record_;
};

namespace detail {

template <class T>
concept self_described = requires(operation& op) { T::describe(op); };

template <class T, auto... Preset>
void describe_parameter(operation& op, operation::place in, std::string_view name, bool required) {
  const auto needed = required ? operation::presence::required : operation::presence::optional;
  if constexpr (sizeof...(Preset) == 0) op.parameter(in, name, needed, text_schema<T>());
  else {
    const typename text_item<T>::type preset(Preset...);
    op.parameter(in, name, needed, text_schema<T>(), &preset);
  }
}

}  // namespace detail
}  // namespace weft
