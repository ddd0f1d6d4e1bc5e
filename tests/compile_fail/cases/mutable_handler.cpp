// EXPECT: a handler is called by several threads at once, so it must not be a mutable lambda
#include <weft/weft.hpp>

void add_routes(weft::app& app) {
  app.get("/", [count = 0]() mutable { return std::to_string(++count); });
}
