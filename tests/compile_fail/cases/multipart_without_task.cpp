// EXPECT: waits for the body's pieces, so it is a coroutine
#include <weft/weft.hpp>

void add_routes(weft::app& app) {
  app.post("/", [](weft::multipart) { return "read"; });
}
