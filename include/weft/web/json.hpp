#pragma once

#include <weft/web/extractor.hpp>
#include <weft/web/json/describe.hpp>

#include <optional>
#include <utility>

namespace weft {

namespace detail {

/// @return false where it was rejected: 415 for another media type, 400 for what is no JSON, 422
///         with all issues for JSON that does not fit
bool read_json_body(context& ctx, const json_type& type, void* out);

}  // namespace detail

/// The body, read as JSON into a described type. Accepts application/json, every type that ends in
/// +json, and a body without a Content-Type.
/// @example tests/unit/web/extractor_test.cpp:json
template <class T>
class json : public detail::extracted<T> {
  static_assert(json_readable<T>,
                "weft: json<T> needs a T that can be read from JSON: describe it with "
                "BOOST_DESCRIBE_STRUCT in its own namespace");

public:
  using detail::extracted<T>::extracted;
  using reads_body = void;  // whole

  static std::optional<json> extract(context& ctx) {
    T value{};
    const auto& type = detail::json_type_of<T, detail::json_use::read>;
    if (!detail::read_json_body(ctx, type, &value)) return std::nullopt;
    return json(std::move(value));
  }
  static void describe(operation& op) {
    op.takes_json(detail::json_type_of<T, detail::json_use::read>);
  }
};

}  // namespace weft
