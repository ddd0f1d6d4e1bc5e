#pragma once

#include <weft/web/extractor.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace weft {

namespace detail {

/// The pattern's n-th parameter, decoded once. @return false where it was rejected with a 400
bool read_path(context& ctx, std::size_t n, text_reader read, void* out);

}  // namespace detail

/// What a parameter of the route's pattern stands for: the first path<...> among a handler's
/// parameters is the pattern's first, and so on, so types and names need not be repeated.
///
/// A path that does not fit T is a 400 that names the parameter; app::check() refuses a handler
/// with more of them than its pattern has.
/// @example tests/unit/web/extractor_test.cpp:path
template <class T = std::string>
class path : public detail::extracted<T> {
  static_assert(text_readable<T>,
                "weft: path<T> needs a T that can be read from text: a string, a number, bool, an "
                "enum described with BOOST_DESCRIBE_ENUM, or a type with its own weft::text_value");

public:
  using detail::extracted<T>::extracted;

  static std::optional<path> extract(context& ctx, std::size_t n) {
    T value{};
    if (!detail::read_path(ctx, n, &detail::read_as<T>, &value)) return std::nullopt;
    return path(std::move(value));
  }
  static void describe(operation& op) { op.path(detail::text_schema<T>()); }
};

}  // namespace weft
