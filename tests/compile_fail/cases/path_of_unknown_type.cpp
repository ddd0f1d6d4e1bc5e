// EXPECT: path<T> needs a T that can be read from text
#include <weft/weft.hpp>

struct no_text {};

void add_routes(weft::app& app) {
  app.get("/{id}", [](weft::path<no_text>) {});
}
