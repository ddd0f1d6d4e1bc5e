#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

namespace {

// [local]
struct person {
  std::string name;
};

weft::task<weft::response> know_who_asks(const weft::request& req, weft::next next) {
  const auto token = req.header("Authorization");
  if (token != "Bearer letmein")
    throw weft::http_error(weft::http_status::unauthorized, "Who are you?");
  next.context().put_local(person{"Ada"});
  co_return co_await next(req);
}

std::string greet(weft::local<person> who) { return "Hello " + who->name; }
// [/local]

struct counter {
  int value = 0;
};

weft::task<weft::response> count(const weft::request& req, weft::next next) {
  auto* before = next.context().find_local<counter>();
  next.context().put_local(counter{before != nullptr ? before->value + 1 : 1});
  co_return co_await next(req);
}

}  // namespace

TEST_CASE("a handler takes what a middleware has put") {
  weft::app app;
  app.get("/", greet).use(know_who_asks);
  client web(app);
  CHECK(web.get("/", {{"Authorization", "Bearer letmein"}}).body == "Hello Ada");
  CHECK(web.get("/").status == 401);
}

TEST_CASE("what is put again takes the place of what was there") {
  weft::app app;
  app.use(count).use(count).use(count);
  app.get("/", [](weft::local<counter> c) { return std::to_string(c->value); });
  client web(app);
  CHECK(web.get("/").body == "3");
  CHECK(web.get("/").body == "3");  // of one request alone
}

TEST_CASE("a handler may change it, and the middleware sees that") {
  weft::app app;
  app.use([](const weft::request& req, weft::next next) -> weft::task<weft::response> {
    const auto& seen = next.context().put_local(counter{});
    auto res = co_await next(req);
    res.set_header("X-Count", std::to_string(seen.value));
    co_return res;
  });
  app.get("/", [](weft::local<counter> c) -> weft::task<std::string> {
    c->value = 7;
    co_return "";
  });
  client web(app);
  CHECK(web.get("/").header("X-Count") == "7");
}

TEST_CASE("what nobody has put is the server's mistake, unless a handler can do without") {
  weft::app app;
  app.get("/must", greet);
  app.get("/may", [](weft::context& ctx) {
    return std::string(ctx.find_local<person>() != nullptr ? "known" : "unknown");
  });
  client web(app);
  CHECK(web.get("/must").status == 500);
  CHECK(web.get("/may").body == "unknown");
}
