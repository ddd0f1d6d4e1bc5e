#pragma once

#include <string>
#include <string_view>

namespace weft::detail {

/// A C++ type as a component's name: "page_order" of "shop::page<shop::order>".
std::string short_type_name(std::string_view demangled);

/// The same with the namespaces: "shop.page_shop.order".
std::string long_type_name(std::string_view demangled);

}  // namespace weft::detail
