// EXPECT: a handler takes the pieces of its body once
#include <weft/weft.hpp>

void add_routes(weft::app& app) {
  app.post("/", [](weft::body_stream, weft::multipart) -> weft::task<> { co_return; });
}
