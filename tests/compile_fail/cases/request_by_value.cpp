// EXPECT: a handler's parameter is one of the extractors path<T>, query<T>
#include <weft/weft.hpp>

void add_routes(weft::app& app) {
  app.get("/", [](weft::request req) { return std::string(req.body()); });
}
