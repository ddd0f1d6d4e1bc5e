// EXPECT: this handler returns a view of text that may be gone before the answer is written
#include <weft/weft.hpp>

void add_routes(weft::app& app) {
  app.get("/{name}", [](weft::path<> name) -> weft::task<std::string_view> { co_return *name; });
}
