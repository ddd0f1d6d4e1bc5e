#pragma once

#include <weft/web/extractor.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weft {

namespace detail {

/// @return false where it was rejected with a 400: absent though required, twice, or malformed
bool read_header(context& ctx, std::string_view name, bool required, text_reader read, void* out);

}  // namespace detail

/// A request header by its name in any case: header<"X-Request-Id">,
/// header<"If-Match", std::optional<std::string>>. Required unless T is a std::optional.
template <detail::fixed_string Name, class T = std::string>
class header : public detail::extracted<T> {
  static_assert(
      text_readable<typename detail::value_type_of<T>::type>,
      "weft: header<\"Name\", T> needs a T that can be read from text, or a std::optional "
      "of one");

public:
  using detail::extracted<T>::extracted;

  static std::optional<header> extract(context& ctx) {
    T value{};
    if (!detail::read_header(ctx, Name.view(), !detail::is_optional<T>, &detail::read_value<T>,
                             &value)) {
      return std::nullopt;
    }
    return header(std::move(value));
  }
  static void describe(operation& op) {
    detail::describe_parameter<T>(op, operation::place::header, Name.view(),
                                  !detail::is_optional<T>);
  }
};

}  // namespace weft
