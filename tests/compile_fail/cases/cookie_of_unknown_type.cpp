// EXPECT: cookie<"name", T> needs a T that can be read from text
#include <weft/weft.hpp>

#include <vector>

void add_routes(weft::app& app) {
  app.get("/", [](weft::cookie<"seen", std::vector<int>>) {});
}
