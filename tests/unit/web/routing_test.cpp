#include "support/random_seed.hpp"
#include "unit/web/support/client.hpp"

#include <weft/http/body_stream.hpp>
#include <weft/web/app.hpp>
#include <weft/web/body.hpp>
#include <weft/web/path.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

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
  for (const char* prefix : {"api", "/api/", "/", "", "/{id"}) {
    INFO("prefix " << prefix);
    weft::app app;
    app.group(prefix).get("/x", hello);
    CHECK_THROWS_MATCHES(app.check(), std::logic_error,
                         MessageMatches(ContainsSubstring("routing_test.cpp:")));
    CHECK(app.routes().empty());
  }
}

/// What app::check() says, with the places of this file as "@line".
std::string mistakes_of(const weft::app& app) {
  try {
    app.check();
    return {};
  } catch (const std::logic_error& wrong) {
    std::string text = wrong.what();
    for (auto at = text.find(__FILE__); at != std::string::npos; at = text.find(__FILE__)) {
      text.replace(at, std::string_view(__FILE__).size() + 1, "@");
    }
    return text;
  }
}

TEST_CASE("two routes for the same requests are refused with both patterns and places") {
  weft::app app;
  app.get("/users/{id}", hello);
  const auto first = __LINE__ - 1;
  app.group("/users").get("/{name}", hello);
  const auto second = __LINE__ - 1;
  CHECK(mistakes_of(app) ==
        "weft: GET /users/{name} answers the same requests as GET /users/{id} (@" +
            std::to_string(first) + ") (@" + std::to_string(second) + ")");
  CHECK_NOTHROW(app.post("/users/{name}", hello));
}

TEST_CASE("all mistakes of the routes are reported at once, and none before the app is checked") {
  weft::app app;
  app.get("/a", hello);
  app.get("/a", hello).limit_body(7).name("second");
  app.get("/{", hello);
  const auto two = [](weft::path<int>, weft::path<int>) { return "two"; };
  app.get("/b/{x}", two);
  app.get("/b/{x}/{y}", two);
  app.host("a:80").get("/", hello);
  app.get("/c", hello).name("n");
  app.get("/d", hello).name("n");
  const auto text = mistakes_of(app);
  CHECK(text.starts_with("weft: the routes have 5 mistakes:\n  GET /a answers the same"));
  for (auto part : {"\"/{\" has a brace without its partner", "GET /b/{x} takes 2 path<...>",
                    "the pattern has 1", "the host \"a:80\" is",
                    "the name \"n\" of GET /d is that of GET /c"}) {
    CHECK_THAT(text, ContainsSubstring(part));
  }
  CHECK(app.routes().size() == 4);
}

TEST_CASE("a refused route that streams its body changes nothing for the one before it") {
  weft::app app;
  app.post("/a", [](weft::body body) { return std::string(*body); });
  app.post("/a", [](weft::body_stream) -> weft::task<std::string> { co_return "streamed"; });
  client web(app);
  CHECK(web.post("/a", "whole").body == "whole");
  weft::request head;
  head.set_method(weft::http_method::post, "POST");
  head.set_target("/a", "/a", "");
  CHECK_FALSE(app.plan_body(head).streams);
}

TEST_CASE("what is registered after the first request counts from then on") {
  weft::app app;
  auto& items = app.get("/items", hello);
  client web(app);
  CHECK(web.get("/late").status == 404);
  app.get("/late", hello);
  items.use([](const weft::request&, weft::next) -> weft::task<weft::response> {
    weft::response res;
    res.set_status(weft::http_status::accepted);
    co_return res;
  });
  CHECK(web.get("/late").status == 200);
  CHECK(web.get("/items").status == 202);
}

TEST_CASE("routes registered in any order give the same answers") {
  const std::vector<std::string> patterns = {
      "/",        "/a",         "/a/", "/{x}",       "/a/b",   "/a/{y}",  "/{x}/b",
      "/{*rest}", "/a/{*rest}", "/ab", "/{x}/{y}/c", "/a/b/c", "/a/{y}/d"};
  const std::vector<std::string> paths = {
      "/",    "/a",     "/a/",    "/b",     "/ab",      "/abc",   "/a/b", "/a/c",
      "/c/b", "/a/b/c", "/x/y/c", "/a/b/d", "/q/w/e/r", "/a/q/w", "//",   "/a//b"};
  const auto answers = [&](const std::vector<std::string>& order) {
    weft::app app;
    for (const auto& pattern : order) app.get(pattern, [pattern] { return pattern; });
    std::string all;
    for (const auto& path : paths) {
      weft::request req;
      req.set_method(weft::http_method::get, "GET");
      req.set_target(path, path, "");
      weft::response res;
      weft::scheduler scheduler(weft::event_loop{});
      scheduler.run(app.handle(req, res));
      all += path + " -> " + std::string(res.body().view()) + '\n';
    }
    return all;
  };
  const auto expected = answers(patterns);
  CHECK_THAT(expected, ContainsSubstring("/a/b/d -> /a/{y}/d\n"));
  const auto seed = weft::test::random_seed();
  CAPTURE(seed);
  std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
  auto order = patterns;
  for (int round = 0; round < 50; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    CHECK(answers(order) == expected);
  }
}

TEST_CASE("a refused route leaves the others as they were") {
  weft::app app;
  app.get("/a", hello);
  app.get("/a", [] { return "second"; });
  client web(app);
  CHECK(web.get("/a").body == "hello");
}

}  // namespace
