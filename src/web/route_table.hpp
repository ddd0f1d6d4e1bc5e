#pragma once

#include <weft/web/route.hpp>

#include <span>
#include <string>
#include <vector>

namespace weft::detail {

/// Specific hosts first, then by path: at each place text before a parameter before a wildcard, as
/// requests are matched.
std::vector<const route*> in_matching_order(std::span<const route> routes);

/// A line a route, in columns, for --routes.
std::string table_of(std::span<const route* const> routes);

}  // namespace weft::detail
