#include "routes.hpp"

int main(int argc, char** argv) {
  weft::app app;
  add_routes(app);
  return app.run(argc, argv);
}
