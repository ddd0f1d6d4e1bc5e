#include <weft/testing/web/app_client.hpp>
#include <weft/weft.hpp>

#include <cstdio>
#include <string>

int main() {
  weft::app app;
  app.get("/hello/{name}", [](weft::path<std::string> name) { return "Hello, " + *name; });

  weft::testing::app_client inside(app);
  weft::testing::app_client served(app, weft::testing::over_socket{});
  for (weft::testing::app_client* client : {&inside, &served}) {
    const auto answer = client->get("/hello/you");
    std::printf("%d %s\n", answer.expect(200).code(), std::string(answer.body()).c_str());
  }
}
