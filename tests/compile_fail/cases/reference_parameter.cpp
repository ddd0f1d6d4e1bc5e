// EXPECT: a handler takes its extractors by value
#include <weft/weft.hpp>

void add_routes(weft::app& app) {
  app.get("/{id}", [](const weft::path<int>& id) -> weft::task<std::string> {
    co_return std::to_string(*id);
  });
}
