#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct item {
  int id;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(item, (), (id, name))

struct teapot {
  void reply_to(weft::context& ctx) && {
    ctx.response().set_header("X-Pot", "short and stout");
    ctx.response().body().append("tea");
  }
};

/// What GET / answers with this handler.
template <class Handler>
answer answer_of(Handler handler) {
  weft::app app;
  app.get("/", std::move(handler));
  client web(app);
  return web.get("/");
}

TEST_CASE("void is 204") {
  CHECK(answer_of([] {}).status == 204);
  CHECK(answer_of([]() -> weft::task<> { co_return; }).status == 204);
}

TEST_CASE("a handler that fills the response itself returns void") {
  const auto own = answer_of([](weft::context& ctx) {
    ctx.response().set_content_type("text/csv");
    ctx.response().body().append("a,b");
  });
  CHECK(own.status == 200);
  CHECK(own.body == "a,b");
  const auto status_only = answer_of([](weft::context& ctx) -> weft::task<> {
    ctx.response().set_status(weft::http_status::accepted);
    co_return;
  });
  CHECK(status_only.status == 202);
}

TEST_CASE("text is text/plain in UTF-8") {
  const answer texts[] = {
      answer_of([] { return "a literal"; }),
      answer_of([] { return std::string_view("a literal"); }),
      answer_of([] { return std::string("a literal"); }),
      answer_of([]() -> weft::task<std::string> { co_return "a literal"; }),
  };
  for (const auto& text : texts) {
    CHECK(text.status == 200);
    CHECK(text.body == "a literal");
    CHECK(text.content_type == "text/plain; charset=utf-8");
  }
}

TEST_CASE("described structs, containers and numbers are JSON") {
  const auto one = answer_of([] { return item{1, "a\"b"}; });
  CHECK(one.content_type == "application/json");
  CHECK(one.body == R"({"id":1,"name":"a\"b"})");
  CHECK(answer_of([]() -> weft::task<item> {
          co_return item{2, "c"};
        }).body == R"({"id":2,"name":"c"})");
  CHECK(answer_of([] {
          return std::vector<item>{{1, "a"}, {2, "b"}};
        }).body == R"([{"id":1,"name":"a"},{"id":2,"name":"b"}])");
  CHECK(answer_of([] { return std::map<std::string, int>{{"a", 1}}; }).body == R"({"a":1})");
  CHECK(answer_of([] { return 42; }).body == "42");
  CHECK(answer_of([] { return true; }).body == "true");
}

TEST_CASE("an empty optional is 404, a full one its value") {
  CHECK(answer_of([]() -> std::optional<item> { return item{1, "a"}; }).status == 200);
  CHECK(answer_of([]() -> std::optional<std::string> { return "text"; }).body == "text");
  const auto none = answer_of([]() -> weft::task<std::optional<item>> { co_return std::nullopt; });
  CHECK(none.status == 404);
  CHECK(none.content_type == "application/problem+json");
}

TEST_CASE("created is 201 with its location") {
  const auto made = answer_of([]() -> weft::task<weft::created<item>> {
    co_return weft::created(item{7, "a"}, "/items/7");
  });
  CHECK(made.status == 201);
  CHECK(made.header("Location") == "/items/7");
  CHECK(made.body == R"({"id":7,"name":"a"})");
  CHECK(answer_of([] { return weft::created("text", "/x"); }).body == "text");
}

TEST_CASE("a location cannot split the answer") {
  const auto refused = answer_of([] { return weft::created("text", "/x\r\nX-Evil: 1"); });
  CHECK(refused.status == 500);
  CHECK(refused.header("X-Evil").empty());
  CHECK(refused.header("Location").empty());
}

TEST_CASE("no_content is 204 and with_status any status") {
  CHECK(answer_of([] { return weft::no_content(); }).status == 204);
  const auto accepted = answer_of([] {
    return weft::with_status(weft::http_status::accepted, item{1, "a"});
  });
  CHECK(accepted.status == 202);
  CHECK(accepted.body == R"({"id":1,"name":"a"})");
  CHECK(answer_of([] { return weft::with_status(weft::http_status::gone, "gone"); }).body ==
        "gone");
}

TEST_CASE("a redirect stays on this host") {
  const auto away = answer_of([] { return weft::redirect("/items?page=2"); });
  CHECK(away.status == 303);
  CHECK(away.header("Location") == "/items?page=2");
  const auto moved =
      answer_of([] { return weft::redirect("/new", weft::http_status::permanent_redirect); });
  CHECK(moved.status == 308);
  CHECK_THROWS(weft::redirect("//evil.example"));
  CHECK_THROWS(weft::redirect("https://evil.example/"));
  CHECK(weft::redirect::is_local("/a"));
}

TEST_CASE("a response is answered as it is") {
  const auto whole = answer_of([] {
    weft::response res(weft::http_status::conflict);
    res.set_header("X-A", "b");
    res.body().append("body");
    return res;
  });
  CHECK(whole.status == 409);
  CHECK(whole.header("X-A") == "b");
  CHECK(whole.body == "body");
}

TEST_CASE("a result is its value or its error's status") {
  CHECK(answer_of([]() -> weft::result<item> { return item{1, "a"}; }).status == 200);
  CHECK(answer_of([]() -> weft::result<void> { return {}; }).status == 204);
  CHECK(answer_of([]() -> weft::result<item> {
          return make_error_code(weft::http_status::conflict);
        }).status == 409);
  CHECK(answer_of([]() -> weft::task<weft::result<void>> {
          co_return make_error_code(weft::http_status::forbidden);
        }).status == 403);
  const auto failed =
      answer_of([]() -> weft::result<item> { return make_error_code(weft::condition::refused); });
  CHECK(failed.status == 500);
  CHECK(failed.body.find("refused") == std::string::npos);
  CHECK(answer_of([]() -> weft::result<item> {
          return make_error_code(weft::condition::timed_out);
        }).status == 504);
}

TEST_CASE("an application brings its own replies") {
  const auto tea = answer_of([] { return teapot(); });
  CHECK(tea.header("X-Pot") == "short and stout");
  CHECK(tea.body == "tea");
  CHECK(answer_of([] { return weft::with_status(weft::http_status::gone, teapot()); }).status ==
        410);
}

TEST_CASE("headers that a handler set go out with what it returns") {
  const auto seen = answer_of([](weft::context& ctx) {
    ctx.response().set_header("Cache-Control", "no-store");
    return item{1, "a"};
  });
  CHECK(seen.header("Cache-Control") == "no-store");
  CHECK(seen.body == R"({"id":1,"name":"a"})");
}

}  // namespace
