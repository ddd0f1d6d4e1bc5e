#include <weft/weft.hpp>

int main(int argc, char** argv) {
  weft::app app;
  app.get("/hello/{name}", [](weft::path<std::string> name) -> weft::task<std::string> {
    co_return "Hello, " + *name;
  });
  return app.run(argc, argv);
}
