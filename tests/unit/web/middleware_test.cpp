#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace {

/// Notes in the header X-Trail that the answer came by.
class mark {
public:
  explicit mark(std::string name) : name_(std::move(name)) {}

  weft::task<weft::response> operator()(const weft::request& req, weft::next next) const {
    auto res = co_await next(req);
    const auto before = std::string(res.header("X-Trail").value_or(""));
    res.set_header("X-Trail", before + name_);
    co_return res;
  }

private:
  std::string name_;
};

weft::task<weft::response> need_key(const weft::request& req, weft::next next) {
  if (!req.header("X-Key")) throw weft::http_error(weft::http_status::unauthorized, "No key.");
  co_return co_await next(req);
}

TEST_CASE("middleware is passed in the order of registration, outermost first") {
  weft::app app;
  app.use(mark("a")).use(mark("b"));
  auto& api = app.group("/api");
  api.use(mark("c"));
  api.get("/x", [] { return "x"; }).use(mark("e")).use(mark("f"));
  api.use(mark("d"));
  app.get("/y", [] { return "y"; });
  client web(app);
  // The innermost sees the answer first.
  CHECK(web.get("/api/x").header("X-Trail") == "fedcba");
  CHECK(web.get("/api/x").body == "x");
  CHECK(web.get("/y").header("X-Trail") == "ba");
}

TEST_CASE("middleware that comes after a route is around it all the same") {
  weft::app app;
  auto& inner = app.group("/a").group("/b");
  inner.get("/x", []() -> weft::task<std::string> { co_return "x"; });
  app.use(mark("1"));
  client web(app);
  CHECK(web.get("/a/b/x").header("X-Trail") == "1");
}

TEST_CASE("the app's middleware sees what has no route") {
  weft::app app;
  app.use(mark("a"));
  app.group("/g").use(mark("b"));
  app.get("/x", [] { return "x"; });
  client web(app);
  const auto missing = web.get("/nowhere");
  CHECK(missing.status == 404);
  CHECK(missing.header("X-Trail") == "a");
  const auto refused = web.post("/x", "");
  CHECK(refused.status == 405);
  CHECK(refused.header("Allow") == "GET, HEAD, OPTIONS");
  CHECK(refused.header("X-Trail") == "a");
  CHECK(web.ask("OPTIONS", "/x").header("X-Trail") == "a");
  CHECK(web.get("/%zz").status == 400);
}

TEST_CASE("405 and OPTIONS pass what is around all routes of their path") {
  weft::app app;
  app.use(mark("a"));
  auto& group = app.group("/g");
  group.use(mark("b"));
  group.get("/one", [] { return ""; }).use(mark("c"));
  group.get("/two", [] { return ""; }).use(mark("d"));
  group.post("/two", [] { return ""; }).use(mark("e"));
  client web(app);
  for (const auto& [method, path, trail] :
       {std::tuple("POST", "/g/one", "cba"), std::tuple("OPTIONS", "/g/one", "cba"),
        std::tuple("PUT", "/g/two", "ba"), std::tuple("OPTIONS", "/g/two", "ba"),
        std::tuple("OPTIONS", "*", "a"), std::tuple("GET", "/g/none", "a")}) {
    INFO(method << ' ' << path);
    CHECK(web.ask(method, path).header("X-Trail") == trail);
  }
  CHECK(web.ask("PUT", "/g/%6Fne").header("X-Trail") == "cba");
}

TEST_CASE("routes of one path that only share its app have that around their 405") {
  weft::app app;
  const weft::middleware both = mark("s");
  app.group("/x").use(both).use(mark("g")).get("/{id}", [] { return ""; });
  app.post("/x/{id}", [] { return ""; }).use(both).use(mark("p"));
  app.host("a.example").use(mark("h")).put("/x/{id}", [] { return ""; });
  client web(app);
  CHECK(web.ask("DELETE", "/x/1").header("X-Trail") == "s");
  CHECK(web.ask("DELETE", "/x/1", {}, {{"Host", "a.example"}}).header("X-Trail").empty());
}

TEST_CASE("a middleware of a group answers a 405 in its way") {
  weft::app app;
  app.group("/secret").use(need_key).get("/x", [] { return "in"; });
  client web(app);
  CHECK(web.post("/secret/x", "").status == 401);  // which methods there are is not told, either
  CHECK(web.post("/secret/x", "", {{"X-Key", "k"}}).status == 405);
}

TEST_CASE("a middleware answers in place of the handler") {
  weft::app app;
  auto calls = std::make_shared<int>(0);
  // [middleware]
  app.use([](const weft::request& req, weft::next next) -> weft::task<weft::response> {
    if (req.header("X-Stop")) co_return weft::response(weft::http_status::too_many_requests);
    auto res = co_await next(req);
    res.set_header("X-Seen", "yes");
    co_return res;
  });
  // [/middleware]
  app.get("/", [calls] { return std::to_string(++*calls); });
  client web(app);
  CHECK(web.get("/", {{"X-Stop", "1"}}).status == 429);
  CHECK(*calls == 0);
  const auto through = web.get("/");
  CHECK(through.body == "1");
  CHECK(through.header("X-Seen") == "yes");
}

TEST_CASE("what a middleware throws is answered like what a handler throws") {
  weft::app app;
  app.use(mark("outer")).use(need_key).use(mark("inner"));
  app.get("/", [] { return "in"; });
  client web(app);
  const auto refused = web.get("/");
  CHECK(refused.status == 401);
  CHECK(refused.json().at("detail") == "No key.");
  CHECK(refused.header("X-Trail") == "outer");
  CHECK(web.get("/", {{"X-Key", "k"}}).body == "in");
}

TEST_CASE("next never fails: an error further in is an answer already") {
  weft::app app;
  app.use(mark("a"));
  app.get("/http/{id}", [](weft::path<int>) -> weft::task<std::string> {
    throw weft::http_error(weft::http_status::gone);
    co_return "";
  });
  app.get("/std", []() -> std::string { throw std::runtime_error("secret"); });
  client web(app);
  for (auto [path, status] : {std::pair{"/http/1", 410}, {"/http/x", 400}, {"/std", 500}}) {
    INFO("path " << path);
    const auto failed = web.get(path);
    CHECK(failed.status == status);
    CHECK(failed.header("X-Trail") == "a");
    CHECK(failed.content_type == "application/problem+json");
  }
}

TEST_CASE("a middleware may ask again") {
  weft::app app;
  auto calls = std::make_shared<int>(0);
  app.use([](const weft::request& req, weft::next next) -> weft::task<weft::response> {
    auto first = co_await next(req);
    if (first.status() != weft::http_status::service_unavailable) co_return first;
    co_return co_await next(req);
  });
  app.get("/", [calls](weft::context& ctx) -> weft::task<std::string> {
    if (++*calls == 1) ctx.reject(weft::http_status::service_unavailable, std::string("Busy."));
    co_return "call " + std::to_string(*calls);
  });
  client web(app);
  CHECK(web.get("/").body == "call 2");
}

TEST_CASE("the middleware around one that changes the request see their own again") {
  weft::app app;
  app.use([](const weft::request& req, weft::next next) -> weft::task<weft::response> {
    auto res = co_await next(req);
    res.set_header("X-Asked", next.context().request().target());
    co_return res;
  });
  app.use([](const weft::request& req, weft::next next) -> weft::task<weft::response> {
    const std::string other = "/changed";
    weft::request changed = req;
    changed.set_target(other, other, {});
    co_return co_await next(changed);
  });
  app.get("/x", [](const weft::request& req) { return std::string(req.target()); });
  client web(app);
  CHECK(web.get("/x").body == "/changed");
  CHECK(web.get("/x").header("X-Asked") == "/x");
}

TEST_CASE("a middleware hands on a changed request and knows the route") {
  weft::app app;
  app.use([](const weft::request& req, weft::next next) -> weft::task<weft::response> {
    weft::request changed = req;
    changed.set_body("changed");
    auto res = co_await next(changed);
    const auto* route = next.context().route();
    res.set_header("X-Route", route != nullptr ? route->pattern() : "none");
    co_return res;
  });
  app.post("/{id}", [](const weft::request& req) { return std::string(req.body()); });
  client web(app);
  const auto seen = web.post("/7", "sent");
  CHECK(seen.body == "changed");
  CHECK(seen.header("X-Route") == "/{id}");
  CHECK(web.get("/a/b").header("X-Route") == "none");
}

}  // namespace
