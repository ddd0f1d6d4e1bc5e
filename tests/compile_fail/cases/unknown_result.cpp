// EXPECT: a handler returns void, text, a type that can be written as JSON
#include <weft/weft.hpp>

struct not_described {
  int value = 0;
};

void add_routes(weft::app& app) {
  app.get("/", []() -> weft::task<not_described> { co_return not_described(); });
}
