#include "routes.hpp"

int main(int argc, char** argv) {
  weft::app app;
  add_routes(app);
  app.describe_api({.title = "Todos", .version = "1"});
  app.serve_openapi();  // /openapi.json, and /docs to try it
  return app.run(argc, argv);
}
