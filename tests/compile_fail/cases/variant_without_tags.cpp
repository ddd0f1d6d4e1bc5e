// EXPECT: Several described structs need a tag each: rules.tag() in json_rules
#include <weft/weft.hpp>

#include <string>
#include <variant>

struct circle {
  double radius = 0;
};
BOOST_DESCRIBE_STRUCT(circle, (), (radius))

struct square {
  double side = 0;
};
BOOST_DESCRIBE_STRUCT(square, (), (side))

struct drawing {
  std::variant<circle, square> shape;
};
BOOST_DESCRIBE_STRUCT(drawing, (), (shape))

void add_routes(weft::app& app) {
  app.post("/", [](weft::json<drawing> sent) { return std::to_string(sent->shape.index()); });
}
