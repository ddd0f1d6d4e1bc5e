// EXPECT: a handler that takes a body_stream waits for the body's pieces
#include <weft/weft.hpp>

void add_routes(weft::app& app) {
  app.post("/", [](weft::body_stream body) { return body.complete(); });
}
