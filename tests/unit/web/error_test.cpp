#include "unit/web/support/client.hpp"
#include "web/failure.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>

namespace {

TEST_CASE("an http_error is answered with its status, text and pointers") {
  weft::app app;
  app.get("/plain", []() -> std::string {
    throw weft::http_error(weft::http_status::conflict, "It is taken.");
  });
  // [http_error]
  app.get("/task", []() -> weft::task<std::string> {
    throw weft::http_error(weft::http_status::unprocessable_content, "Not in stock.")
        .at("/items/0/quantity", "must be at most 3")
        .at("/items/2/sku", "is not known");
    co_return "";
  });
  // [/http_error]
  client web(app);
  const auto plain = web.get("/plain");
  CHECK(plain.status == 409);
  CHECK(plain.content_type == "application/problem+json");
  CHECK(plain.body == R"({"title":"Conflict","status":409,"detail":"It is taken."})");
  const auto task = web.get("/task");
  CHECK(task.status == 422);
  CHECK(task.body ==
        R"({"title":"Unprocessable Content","status":422,"detail":"Not in stock.","errors":[)"
        R"({"pointer":"/items/0/quantity","message":"must be at most 3"},)"
        R"({"pointer":"/items/2/sku","message":"is not known"}]})");
}

TEST_CASE("an unknown exception is a 500 that tells the client nothing") {
  weft::app app;
  app.get("/std", []() -> std::string { throw std::runtime_error("secret"); });
  app.get("/int", []() -> weft::task<std::string> {
    throw 7;
    co_return "";
  });
  client web(app);
  for (auto path : {"/std", "/int"}) {
    const auto failed = web.get(path);
    CHECK(failed.status == 500);
    CHECK(
        failed.body ==
        R"({"title":"Internal Server Error","status":500,"detail":"The server failed to answer."})");
  }
}

TEST_CASE("what was written before an error does not go out") {
  weft::app app;
  app.get("/", [](weft::context& ctx) -> weft::task<> {
    ctx.response().set_header("Set-Cookie", "a=b");
    ctx.response().body().append("half of an ans");
    throw weft::http_error(weft::http_status::not_found);
    co_return;
  });
  client web(app);
  const auto failed = web.get("/");
  CHECK(failed.status == 404);
  CHECK(failed.header("Set-Cookie").empty());
  CHECK(failed.body == R"({"title":"Not Found","status":404})");
}

TEST_CASE("an app goes on after a failure") {
  weft::app app;
  app.get("/bad", []() -> std::string { throw std::runtime_error("once"); });
  app.get("/good", [] { return "fine"; });
  client web(app);
  for (int i = 0; i < 3; ++i) {
    CHECK(web.get("/bad").status == 500);
    CHECK(web.get("/good").body == "fine");
  }
}

TEST_CASE("a problem's text is escaped as JSON") {
  weft::response res;
  weft::write_problem({weft::http_status::bad_request,
                       "a \"quoted\"\n text",
                       {{weft::field_error::place::header, "X-A", "is \\ bad"}}},
                      res);
  CHECK(res.body().view() ==
        R"({"title":"Bad Request","status":400,"detail":"a \"quoted\"\n text",)"
        R"("errors":[{"header":"X-A","message":"is \\ bad"}]})");
}

TEST_CASE("nobody forges a line of the log") {
  using weft::detail::escape_for_log;
  CHECK(escape_for_log("GET /a b") == "GET /a b");
  CHECK(escape_for_log("a\r\nweft: b\x1b[31m\x7f\\") == "a\\x0d\\x0aweft: b\\x1b[31m\\x7f\\x5c");
  CHECK(escape_for_log("\xC3\xBC") == "\\xc3\\xbc");
}

}  // namespace
