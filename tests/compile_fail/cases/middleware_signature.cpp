// EXPECT: a middleware is a function (const request&, next) that returns task<response>
#include <weft/weft.hpp>

void add_middleware(weft::app& app) {
  app.use([](const weft::request&) { return weft::response(); });
}
