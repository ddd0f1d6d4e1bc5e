// EXPECT: a handler takes its body piece by piece, as body_stream, or whole
#include <weft/weft.hpp>

void add_routes(weft::app& app) {
  app.post("/", [](weft::body_stream, weft::body) -> weft::task<> { co_return; });
}
