// Compiles: the flags that the other cases are compiled with are good.
#include <weft/weft.hpp>

struct described {
  int value = 0;
};
BOOST_DESCRIBE_STRUCT(described, (), (value))

void add_routes(weft::app& app) {
  app.get("/{id}", [](weft::path<int> id) -> weft::task<described> { co_return described{*id}; });
  app.post("/",
           [](weft::json<described> sent, const weft::request&, weft::context&) { return *sent; });
}
