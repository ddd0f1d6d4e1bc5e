#include "unit/web/support/client.hpp"

#include <weft/web/app.hpp>
#include <weft/web/path.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>
#include <string>

namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

std::string pattern_of(const weft::context& ctx) { return ctx.route()->pattern(); }

void fill(weft::app& app) {
  app.get("/", pattern_of);
  app.get("/items", pattern_of);
  app.get("/folders/", pattern_of);
  app.post("/items/{id}/", pattern_of);
  app.get("/both", pattern_of);
}

TEST_CASE("a trailing slash counts by default") {
  weft::app app;
  fill(app);
  app.get("/both/", pattern_of);
  client web(app);
  CHECK(web.get("/items/").status == 404);
  CHECK(web.get("/folders").status == 404);
  CHECK(web.get("/both").body == "/both");
  CHECK(web.get("/both/").body == "/both/");
}

TEST_CASE("redirect sends a path to its other form and keeps the query") {
  weft::app app;
  fill(app);
  app.get("/both/", pattern_of);
  app.get("/{*rest}", pattern_of);
  // [redirect]
  app.trailing_slash(weft::slash_policy::redirect);
  // [/redirect]
  client web(app);
  CHECK(web.get("/both/").body == "/both/");
  CHECK(web.get("/items/").body == "/{*rest}");  // there is a route
  const auto sent = web.post("/items/a%20b?x=%2F&y", "");
  CHECK(sent.status == 308);
  CHECK(sent.header("Location") == "/items/a%20b/?x=%2F&y");
}

TEST_CASE("redirect sends only where a route for the method is, and both ways") {
  weft::app app;
  fill(app);
  app.trailing_slash(weft::slash_policy::redirect);
  client web(app);
  CHECK(web.get("/items/?page=2").header("Location") == "/items?page=2");
  CHECK(web.get("/folders").header("Location") == "/folders/");
  CHECK(web.ask("HEAD", "/folders").status == 308);
  CHECK(web.get("/%69tems/").header("Location") == "/%69tems");
  CHECK(web.post("/items/", "").status == 404);
  CHECK(web.get("/nowhere/").status == 404);
  CHECK(web.get("/items//").status == 404);
  CHECK(web.ask("DELETE", "/items").status == 405);
  CHECK(web.ask("OPTIONS", "/items").status == 204);
}

TEST_CASE("a redirect never leads to another host") {
  weft::app app;
  app.get("//{host}", pattern_of);
  app.get("//evil.example/{x}/", pattern_of);
  app.get("/{x}", pattern_of);
  app.get("/a/{x}/", pattern_of);
  app.trailing_slash(weft::slash_policy::redirect);
  client web(app);
  for (const char* path : {"//evil.example/", "//evil.example/x", "/\\evil.example/",
                           "\\\\evil.example/", "///evil.example/", "/a/\\evil", "/\t/evil/"}) {
    INFO("path " << path);
    const auto sent = web.get(path);
    CHECK(sent.status != 200);
    CHECK(sent.header("Location").empty());
  }
  CHECK(web.get("/%5Cevil.example/").header("Location") == "/%5Cevil.example");
  CHECK(web.get("/%2F%2Fevil.example/").header("Location") == "/%2F%2Fevil.example");
}

TEST_CASE("ignore takes both forms for one path") {
  weft::app app;
  fill(app);
  app.get("/files/{*rest}", [](weft::path<> rest) { return *rest; });
  app.trailing_slash(weft::slash_policy::ignore);
  client web(app);
  CHECK(web.get("/").body == "/");
  CHECK(web.get("/items").body == "/items");
  CHECK(web.get("/items/").body == "/items");
  CHECK(web.get("/folders").body == "/folders/");
  CHECK(web.get("/folders/").body == "/folders/");
  CHECK(web.post("/items/7", "").status == 200);
  CHECK(web.ask("DELETE", "/items/").header("Allow") == "GET, HEAD, OPTIONS");
  CHECK(web.ask("OPTIONS", "/items/").status == 204);
  CHECK(web.get("/items//").status == 404);
  CHECK(web.get("/files/a/").body == "a/");
  CHECK(web.get("/files/a/b").body == "a/b");
}

TEST_CASE("ignore makes two routes that differ in the slash alone a mistake") {
  weft::app app;
  app.get("/both/", pattern_of);
  app.get("/both", pattern_of);
  CHECK_NOTHROW(app.check());
  app.trailing_slash(weft::slash_policy::ignore);
  CHECK_THROWS_MATCHES(
      app.check(), std::logic_error,
      MessageMatches(ContainsSubstring("GET /both answers the same requests as GET /both/")));
}

}  // namespace
