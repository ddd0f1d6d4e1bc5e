// EXPECT: form<T> needs a struct described with BOOST_DESCRIBE_STRUCT, whose members are strings
#include <weft/weft.hpp>

struct inner {
  int value = 0;
};
BOOST_DESCRIBE_STRUCT(inner, (), (value))
struct outer {
  inner nested;
};
BOOST_DESCRIBE_STRUCT(outer, (), (nested))

void add_routes(weft::app& app) {
  app.post("/", [](weft::form<outer>) {});
}
