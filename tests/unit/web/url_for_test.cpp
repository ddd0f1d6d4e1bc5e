#include "unit/web/support/client.hpp"

#include <weft/web/app.hpp>
#include <weft/web/path.hpp>
#include <weft/web/reply.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>
#include <string>

namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

std::string hello() { return "hello"; }

TEST_CASE("a handler makes the URL of a named route") {
  weft::app app;
  // [url_for]
  app.get("/orders/{id}", [](weft::path<int> id) { return "order " + std::to_string(*id); })
      .name("order");
  app.post("/orders", [](const weft::context& ctx) {
    return weft::created(std::string("made"), ctx.url_for("order", {{"id", 7}}));
  });
  // [/url_for]
  client web(app);
  CHECK(web.post("/orders", "").header("Location") == "/orders/7");
  CHECK(app.url_for("order", {{"id", 8}}) == "/orders/8");
}

TEST_CASE("what url_for writes is read back by the route") {
  weft::app app;
  app.get("/p/{name}/x", [](weft::path<> name) { return *name; }).name("segment");
  app.get("/f/{*rest}", [](weft::path<> rest) { return *rest; }).name("rest");
  client web(app);
  for (const char* value : {"plain", "a b", "a/b", "\\evil", "%2F", "100%", "gr\xC3\xBCn", "a?b#c",
                            "...", "a+b;c=d", "//host", "..a", "a\r\nb", "{id}"}) {
    INFO("value " << value);
    const auto url = app.url_for("segment", {{"name", value}});
    CHECK(url.find_first_of("?#\\ \r\n") == std::string::npos);
    CHECK(web.get(url).body == value);
  }
  const std::string deep = "a b/c//d/%2F/e?";
  CHECK(app.url_for("rest", {{"rest", deep}}) == "/f/a%20b/c//d/%252F/e%3F");
  CHECK(web.get(app.url_for("rest", {{"rest", deep}})).body == deep);
}

TEST_CASE("url_for refuses arguments that do not fit, and names the route and the parameter") {
  weft::app app;
  app.get("/a/{x}/{y}", hello).name("two");
  app.get("/{*rest}", hello).name("rest");
  const auto refused = [&app](std::string_view name,
                              std::initializer_list<weft::url_argument> arguments) {
    try {
      return "accepted: " + app.url_for(name, arguments);
    } catch (const std::invalid_argument& wrong) {
      return std::string(wrong.what());
    }
  };
  const std::string two = "weft: url_for: the route \"two\" (/a/{x}/{y}) ";
  CHECK(refused("none", {}) == "weft: url_for: there is no route of the name \"none\"");
  CHECK(refused("two", {{"x", 1}}) == two + "was not given its parameter {y}");
  CHECK(refused("two", {{"x", 1}, {"y", 2}, {"z", 3}}) == two + "has no parameter {z}");
  CHECK(refused("two", {{"x", 1}, {"Y", 2}}) == two + "has no parameter {Y}");
  CHECK(refused("two", {{"x", 1}, {"y", 2}, {"x", 3}}) ==
        two + "was given twice its parameter {x}");
  for (const char* value : {"", ".", ".."}) {
    INFO("value " << value);
    CHECK(refused("two", {{"x", 1}, {"y", value}}) ==
          two + "was given a value that cannot stand in a path for its parameter {y}");
  }
  for (const char* value : {"", "/evil.example", "a/../b", ".", "..", "a/.", "../a"}) {
    INFO("rest " << value);
    CHECK_THAT(refused("rest", {{"rest", value}}), ContainsSubstring("cannot stand in a path"));
  }
}

TEST_CASE("a pattern that begins with two slashes makes no URL: that would be another host") {
  weft::app app;
  app.get("//{x}", hello).name("n");
  CHECK_THROWS_AS(app.url_for("n", {{"x", "evil.example"}}), std::invalid_argument);
}

TEST_CASE("a wrong url_for in a handler is a 500 that tells nothing") {
  weft::app app;
  app.get("/", [](const weft::context& ctx) { return ctx.url_for("secret"); });
  client web(app);
  const auto failed = web.get("/");
  CHECK(failed.status == 500);
  CHECK(failed.body.find("secret") == std::string::npos);
}

TEST_CASE("a name that is there twice is refused with both routes and places") {
  weft::app app;
  app.get("/a", hello).name("n");
  app.group("/g").get("/b", hello).name("n");
  CHECK_THROWS_MATCHES(
      app.check(), std::logic_error,
      MessageMatches(ContainsSubstring("the name \"n\" of GET /g/b is that of GET /a") &&
                     ContainsSubstring("url_for_test.cpp:")));
}

}  // namespace
