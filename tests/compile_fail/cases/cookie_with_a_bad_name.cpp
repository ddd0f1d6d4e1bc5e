// EXPECT: the name of a cookie is of letters, digits and
#include <weft/weft.hpp>

void add_routes(weft::app& app) {
  app.get("/", [](weft::cookie<"my cookie">) {});
}
