// EXPECT: a handler is one function or lambda whose parameter types are spelled out
#include <weft/weft.hpp>

void add_routes(weft::app& app) {
  app.get("/{id}", [](auto id) { return *id; });
}
