#include "web/route_table.hpp"
#include "support/captured_stderr.hpp"

#include <weft/web/app.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace {

std::string hello() { return "hello"; }

weft::task<weft::response> pass(const weft::request& req, weft::next go_on) { return go_on(req); }

TEST_CASE("the table of routes is sorted as requests are matched, whatever was registered first") {
  weft::app app;
  app.use(pass);
  app.get("/{*rest}", hello);
  app.get("/items/{id}", hello).use(pass).name("item");
  app.del("/items/{id}", hello);
  app.get("/items/new", hello);
  app.get("/items", hello);
  app.host("{t}.example.com").get("/", hello);
  app.host("z.example.com").get("/", hello);
  std::string order;
  for (const auto* r : app.routes()) {
    order += std::string(to_string(r->method())) + ' ' + r->host() + r->pattern() + '\n';
  }
  CHECK(order ==
        "GET z.example.com/\n"
        "GET {t}.example.com/\n"
        "GET /items\n"
        "GET /items/new\n"
        "GET /items/{id}\n"
        "DELETE /items/{id}\n"
        "GET /{*rest}\n");
  const auto table = weft::detail::table_of(app.routes());
  CHECK(
      table.starts_with("METHOD  HOST             PATH         NAME  MIDDLEWARE  "
                        "REGISTERED\n"));
  const auto line =
      "GET     *                /items/{id}  item  2           " + std::string(__FILE__) + ":20\n";
  CHECK(table.find(line) != std::string::npos);
}

TEST_CASE(
    "the option --routes ends with 0, and with 1 and all mistakes on standard error where it "
    "cannot") {
  weft::app app;
  app.get("/a", hello);
  const char* const arguments[] = {"program", "--routes"};
  CHECK(app.run(2, arguments) == 0);
  app.get("/a", hello);
  app.post("/{", hello);
  weft::run_options serving;
  serving.listen = {"127.0.0.1:0"};
  const weft::test::captured_stderr said;
  CHECK(app.run(2, arguments) == 1);
  const auto first = said.text();
  CHECK(first.starts_with("weft: the routes have 2 mistakes:\n"));
  CHECK(app.run(serving) == 1);
  CHECK(said.text() == first + first);
}

}  // namespace
