// EXPECT: json<T> needs a T that can be read from JSON: describe it with BOOST_DESCRIBE_STRUCT
#include <weft/weft.hpp>

struct not_described {
  int value = 0;
};

void add_routes(weft::app& app) {
  app.post("/", [](weft::json<not_described> sent) { return std::to_string(sent->value); });
}
