#include "unit/web/support/client.hpp"

#include <weft/web/app.hpp>
#include <weft/web/path.hpp>
#include <weft/web/router.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>
#include <string>

namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

/// A middleware that puts its name in front of the body.
auto mark(std::string name) {
  return [name](const weft::request& req, weft::next go_on) -> weft::task<weft::response> {
    weft::response inner = co_await go_on(req);
    weft::response out;
    out.set_status(inner.status());
    if (const auto allow = inner.header("Allow")) out.set_header("Allow", *allow);
    out.body().append(name + ' ');
    out.body().append(inner.body().view());
    co_return out;
  };
}

std::string pattern_of(const weft::context& ctx) { return ctx.route()->pattern(); }

TEST_CASE("a router is filled without an app and served below the prefix of its mount") {
  weft::app app;
  // [router]
  weft::router orders;
  orders.get("", [] { return "all orders"; });
  orders.get("/{id}", [](weft::path<int> id) { return "order " + std::to_string(*id); });

  app.mount("/orders", orders);
  // [/router]
  client web(app);
  CHECK(web.get("/orders").body == "all orders");
  CHECK(web.get("/orders/7").body == "order 7");
  CHECK(web.get("/orders/x").status == 400);
  CHECK(web.get("/7").status == 404);
}

TEST_CASE("routers nest in groups and routers, several levels deep and in any order") {
  weft::app app;
  app.use(mark("app"));
  auto& api = app.group("/api");
  {
    weft::router outer;
    weft::router inner;
    api.mount("/outer", outer);  // before anything is in it
    outer.group("/deep").use(mark("deep")).mount("/inner", inner);
    inner.get("/x/{id}", pattern_of).use(mark("route"));
    inner.use(mark("inner"));
    outer.use(mark("outer"));
  }
  api.use(mark("api"));
  client web(app);
  CHECK(web.get("/api/outer/deep/inner/x/7").body ==
        "app api outer deep inner route /api/outer/deep/inner/x/{id}");
}

TEST_CASE("a router that is mounted twice answers at both places, each with its middleware") {
  weft::app app;
  weft::router orders;
  auto& one = orders.get("/{id}", pattern_of).name("order");
  app.group("/v1").use(mark("old")).mount("/orders", orders, "v1.");
  app.mount("/v2/orders", orders, "v2.");
  one.use(mark("one"));
  client web(app);
  CHECK(web.get("/v1/orders/7").body == "old one /v1/orders/{id}");
  CHECK(web.get("/v2/orders/7").body == "one /v2/orders/{id}");
  CHECK(app.url_for("v1.order", {{"id", 7}}) == "/v1/orders/7");
  CHECK(app.url_for("v2.order", {{"id", 7}}) == "/v2/orders/7");
  CHECK_NOTHROW(app.check());
}

TEST_CASE("what comes into a router after it was served belongs to the app, too") {
  weft::app app;
  weft::router late;
  app.mount("/late", late);
  client web(app);
  CHECK(web.get("/late/a").status == 404);
  auto& group = late.group("/g");
  late.get("/a", [] { return "a"; });
  CHECK(web.get("/late/a").body == "a");
  group.get("/b", [] { return "b"; });
  CHECK(web.get("/late/g/b").body == "b");
}

TEST_CASE("several apps mount one router") {
  weft::router shared;
  shared.get("/x", pattern_of);
  weft::app first;
  first.mount("/1", shared);
  {
    weft::app second;
    second.mount("/2", shared);
    client web(second);
    CHECK(web.get("/2/x").body == "/2/x");
  }
  shared.get("/y", pattern_of);
  CHECK(first.routes().size() == 2);
}

TEST_CASE("an empty prefix mounts a router in place") {
  weft::app app;
  weft::router pages;
  pages.get("/about", pattern_of);
  app.mount("", pages);
  client web(app);
  CHECK(web.get("/about").body == "/about");
}

TEST_CASE("HEAD, OPTIONS and 405 hold in mounted routers") {
  weft::app app;
  weft::router items;
  items.get("/{id}", pattern_of);
  items.del("/{id}", pattern_of);
  app.mount("/items", items);
  client web(app);
  CHECK(web.ask("HEAD", "/items/7").status == 200);
  CHECK(web.ask("OPTIONS", "/items/7").header("Allow") == "GET, HEAD, DELETE, OPTIONS");
  const auto refused = web.post("/items/7", "");
  CHECK(refused.status == 405);
  CHECK(refused.header("Allow") == "GET, HEAD, DELETE, OPTIONS");
}

TEST_CASE("a mount that cannot be is reported with its place") {
  weft::app app;
  weft::router routes;
  routes.get("/x", pattern_of);
  SECTION("the prefix is none") {
    app.mount("api", routes);
    CHECK_THROWS_MATCHES(app.check(), std::logic_error,
                         MessageMatches(ContainsSubstring("\"api\" must begin with '/'") &&
                                        ContainsSubstring("router_test.cpp:")));
  }
  SECTION("a router is mounted in itself") {
    routes.group("/g").mount("/again", routes);
    app.mount("/api", routes);
    CHECK_THROWS_MATCHES(app.check(), std::logic_error,
                         MessageMatches(ContainsSubstring("a router is mounted in itself")));
    client web(app);
    CHECK(web.get("/api/x").status == 200);
  }
  SECTION("two routers mount each other") {
    weft::router other;
    routes.mount("/other", other);
    other.mount("/routes", routes);
    app.mount("/api", routes);
    CHECK_THROWS_MATCHES(app.check(), std::logic_error,
                         MessageMatches(ContainsSubstring("a router is mounted in itself")));
  }
  SECTION("it is there twice") {
    app.mount("/api", routes);
    app.mount("/api", routes);
    CHECK_THROWS_MATCHES(
        app.check(), std::logic_error,
        MessageMatches(ContainsSubstring("answers the same requests as GET /api/x") &&
                       ContainsSubstring(", mounted at ")));
  }
  SECTION("a name is there twice") {
    routes.get("/y", pattern_of).name("y");
    app.mount("/1", routes);
    app.mount("/2", routes);
    CHECK_THROWS_MATCHES(
        app.check(), std::logic_error,
        MessageMatches(ContainsSubstring("the name \"y\" of GET /2/y is that of GET /1/y")));
  }
}

}  // namespace
