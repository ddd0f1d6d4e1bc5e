// EXPECT: weft cannot read this type from JSON
#include <weft/weft.hpp>

struct picture {
  weft::upload file;
};
BOOST_DESCRIBE_STRUCT(picture, (), (file))

void add_routes(weft::app& app) {
  app.post("/", [](weft::json<picture>) {});
}
