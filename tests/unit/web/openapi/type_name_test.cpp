#include "web/openapi/type_name.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>

namespace {

using weft::detail::long_type_name;
using weft::detail::short_type_name;

TEST_CASE("a type is called by its name without scopes, and its arguments behind it") {
  struct named {
    std::string_view demangled;
    std::string_view short_name;
    std::string_view long_name;
  };
  const named all[] = {
      {"order", "order", "order"},
      {"shop::order", "order", "shop.order"},
      {"(anonymous namespace)::order", "order", "anonymous_namespace.order"},
      {"shop::page<shop::order>", "page_order", "shop.page_shop.order"},
      {"pair<a::b, c<d::e> >", "pair_b_c_e", "pair_a.b_c_d.e"},
      {"box<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >",
       "box_string", "box_string"},
      {"main::{lambda(int)#1}::operator()(int) const::item", "item",
       "main.lambda_int_1.operator_int_const.item"},
      {"fixed<3ul>", "fixed_3ul", "fixed_3ul"},
      {"", "", ""},
  };
  for (const auto& one : all) {
    CAPTURE(one.demangled);
    CHECK(short_type_name(one.demangled) == one.short_name);
    CHECK(long_type_name(one.demangled) == one.long_name);
  }
}

}  // namespace
