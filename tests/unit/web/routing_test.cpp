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

std::string hello() { return "hello"; }

TEST_CASE("a handler answers on its method and path") {
  weft::app app;
  app.get("/a", [] { return "get"; });
  app.post("/a", [] { return "post"; });
  app.put("/a", [] { return "put"; });
  app.patch("/a", [] { return "patch"; });
  app.del("/a", [] { return "delete"; });
  app.handle(weft::http_method::trace, "/a", [] { return "trace"; });
  client web(app);
  CHECK(web.get("/a").body == "get");
  CHECK(web.post("/a", "").body == "post");
  CHECK(web.ask("PUT", "/a").body == "put");
  CHECK(web.ask("PATCH", "/a").body == "patch");
  CHECK(web.ask("DELETE", "/a").body == "delete");
  CHECK(web.ask("TRACE", "/a").body == "trace");
}

TEST_CASE("a handler is a function, a lambda or a coroutine") {
  weft::app app;
  app.get("/function", hello);
  app.get("/pointer", &hello);
  app.get("/lambda", [] { return std::string("hello"); });
  app.get("/task", []() -> weft::task<std::string> { co_return "hello"; });
  app.get("/noexcept", []() noexcept -> const char* { return "hello"; });
  client web(app);
  for (auto path : {"/function", "/pointer", "/lambda", "/task", "/noexcept"}) {
    INFO("path " << path);
    CHECK(web.get(path).body == "hello");
  }
}

TEST_CASE("captures of a coroutine handler live as long as the app") {
  weft::app app;
  {
    std::string captured = "a text that is too long for the small buffer of a string";
    app.get("/", [captured]() -> weft::task<std::string> { co_return captured; });
  }
  client web(app);
  CHECK(web.get("/").body.starts_with("a text"));
  CHECK(web.get("/").body.ends_with("string"));
}

TEST_CASE("a path without a route is a 404 problem") {
  weft::app app;
  app.get("/items", hello);
  client web(app);
  const auto missing = web.get("/nowhere");
  CHECK(missing.status == 404);
  CHECK(missing.content_type == "application/problem+json");
  CHECK(missing.json().at("title") == "Not Found");
  CHECK(missing.json().at("status") == 404);
  CHECK(web.get("/items/").status == 404);
}

TEST_CASE("a method without a route on a known path is a 405 with Allow") {
  weft::app app;
  app.get("/items", hello);
  app.post("/items", hello);
  client web(app);
  const auto refused = web.ask("DELETE", "/items");
  CHECK(refused.status == 405);
  CHECK(refused.header("Allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(refused.json().at("title") == "Method Not Allowed");
  CHECK(web.ask("BREW", "/items").status == 405);
}

TEST_CASE("an unknown method on an unknown path is a 501") {
  weft::app app;
  app.get("/items", hello);
  client web(app);
  CHECK(web.ask("BREW", "/nowhere").status == 501);
  CHECK(web.ask("DELETE", "/nowhere").status == 404);
}

TEST_CASE("HEAD is answered by the handler of GET") {
  weft::app app;
  app.get("/items", hello);
  client web(app);
  const auto head = web.ask("HEAD", "/items");
  CHECK(head.status == 200);
  CHECK(head.content_type == "text/plain; charset=utf-8");
}

TEST_CASE("OPTIONS tells what a path allows") {
  weft::app app;
  app.get("/items/{id}", hello);
  app.del("/items/{id}", hello);
  app.put("/other", hello);
  app.handle(weft::http_method::options, "/own", [] { return "own"; });
  client web(app);
  const auto options = web.ask("OPTIONS", "/items/7");
  CHECK(options.status == 204);
  CHECK(options.header("Allow") == "GET, HEAD, DELETE, OPTIONS");
  CHECK(options.body.empty());
  CHECK(web.ask("OPTIONS", "*").header("Allow") == "GET, HEAD, PUT, DELETE, OPTIONS");
  CHECK(web.ask("OPTIONS", "/own").body == "own");
  CHECK(web.ask("OPTIONS", "/nowhere").status == 404);
}

TEST_CASE("escapes in a path are resolved before it is compared") {
  weft::app app;
  app.get("/items/gr\xC3\xBC n", [] { return "static"; });
  app.get("/p/{name}", [](weft::path<> name) { return *name; });
  client web(app);
  CHECK(web.get("/%69tems/gr%c3%bc%20n").body == "static");
  CHECK(web.get("/p/a%2Fb").body == "a/b");
  CHECK(web.get("/p/%2541").body == "%41");
  CHECK(web.get("/p/%4").status == 400);
  CHECK(web.get("/p/%FF").status == 400);
}

TEST_CASE("a group puts its prefix before its patterns") {
  weft::app app;
  auto& api = app.group("/api");
  api.get("", [] { return "root"; });
  api.get("/", [] { return "slash"; });
  api.group("/users/{id}").get("/name", [](weft::path<int> id, const weft::context& ctx) {
    return std::to_string(*id) + " by " + ctx.route()->pattern();
  });
  client web(app);
  CHECK(web.get("/api").body == "root");
  CHECK(web.get("/api/").body == "slash");
  CHECK(web.get("/api/users/7/name").body == "7 by /api/users/{id}/name");
  CHECK(web.get("/users/7/name").status == 404);
}

TEST_CASE("a group's prefix has to be one") {
  weft::app app;
  CHECK_THROWS_AS(app.group("api"), std::logic_error);
  CHECK_THROWS_AS(app.group("/api/"), std::logic_error);
  CHECK_THROWS_AS(app.group("/"), std::logic_error);
  CHECK_THROWS_AS(app.group("/{id"), std::logic_error);
}

TEST_CASE("two routes for the same requests are refused with both patterns and places") {
  weft::app app;
  app.get("/users/{id}", hello);
  CHECK_THROWS_MATCHES(
      app.group("/users").get("/{name}", hello), std::logic_error,
      MessageMatches(ContainsSubstring("GET /users/{name}") &&
                     ContainsSubstring("answers the same requests as GET /users/{id}") &&
                     ContainsSubstring("routing_test.cpp:")));
  CHECK_NOTHROW(app.post("/users/{name}", hello));
}

TEST_CASE("a handler with more path parameters than its pattern is refused") {
  weft::app app;
  const auto two = [](weft::path<int>, weft::path<int>) { return "two"; };
  CHECK_THROWS_MATCHES(
      app.get("/a/{x}", two), std::logic_error,
      MessageMatches(ContainsSubstring("GET /a/{x}") && ContainsSubstring("takes 2 path<...>") &&
                     ContainsSubstring("the pattern has 1")));
  CHECK_NOTHROW(app.get("/a/{x}/{y}", two));
}

TEST_CASE("a refused route leaves the others as they were") {
  weft::app app;
  app.get("/a", hello);
  CHECK_THROWS(app.get("/a", [] { return "second"; }));
  client web(app);
  CHECK(web.get("/a").body == "hello");
}

}  // namespace
