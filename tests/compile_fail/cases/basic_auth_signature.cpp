// EXPECT: basic_auth takes a function (const std::string& name, const std::string& password)
#include <weft/weft.hpp>

void add_authentication(weft::app& app) {
  app.use(weft::basic_auth([](const std::string& name) { return name == "ada"; }));
}
