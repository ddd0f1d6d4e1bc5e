#pragma once

#include <string>
#include <string_view>

namespace limit {

/// The totals of an order (docs/lab.md), by way of a tree of JSON values in both directions.
/// @return false where the body is no order
bool append_order_reply(std::string& out, std::string_view body);

}  // namespace limit
