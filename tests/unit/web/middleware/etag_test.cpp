#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using weft::entity_tag;
using weft::task;

TEST_CASE("the etag middleware spares the body of what the client has") {
  weft::app app;
  // [etag]
  app.use(weft::etag());
  app.get("/rates", [] { return "EUR 1.00"; });
  // [/etag]
  client web(app);
  const auto first = web.get("/rates");
  CHECK(first.status == 200);
  CHECK(first.body == "EUR 1.00");
  CHECK(first.header("ETag") == entity_tag::of("EUR 1.00").text());
  const auto again = web.get("/rates", {{"If-None-Match", first.header("ETag")}});
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  CHECK(again.header("ETag") == first.header("ETag"));
  CHECK(web.get("/rates", {{"If-None-Match", "\"other\""}}).body == "EUR 1.00");
  CHECK(web.get("/rates", {{"If-Match", "\"other\""}}).status == 412);
  const auto head = web.ask("HEAD", "/rates");
  CHECK(head.header("ETag") == first.header("ETag"));
  CHECK(web.ask("HEAD", "/rates", {}, {{"If-None-Match", head.header("ETag")}}).status == 304);
}

TEST_CASE("the etag middleware leaves alone what has a tag, changes, fails or is not stored") {
  weft::app app;
  app.use(weft::etag());
  app.get("/own", [] { return weft::with_validators("text", entity_tag::weak("7")); });
  app.post("/", [] { return "posted"; });
  app.get("/absent", [] { return std::optional<std::string>(); });
  app.get("/made", [] { return weft::with_status(weft::http_status::accepted, "later"); });
  app.get("/secret",
          [] { return weft::with_caching("text", {.is_private = true, .no_store = true}); });
  app.get("/old", [](weft::context& ctx) {
    ctx.response().set_header("Last-Modified", "Mon, 04 May 2026 12:00:00 GMT");
    return "text";
  });
  app.handle(weft::http_method::head, "/head", [] { return ""; });
  client web(app);
  CHECK(web.get("/own").header("ETag") == "W/\"7\"");
  CHECK(web.get("/own", {{"If-None-Match", "\"7\""}}).status == 304);
  for (const auto& answer : {web.post("/", ""), web.get("/absent"), web.get("/made"),
                             web.get("/secret"), web.get("/nowhere"), web.ask("HEAD", "/head")}) {
    INFO(answer.body);
    CHECK_FALSE(answer.whole.header("ETag").has_value());
  }
  CHECK(web.get("/secret", {{"If-None-Match", "*"}}).status == 200);
  CHECK(web.get("/absent", {{"If-Match", "\"1\""}}).status == 404);
  const header_list since = {{"If-Modified-Since", "Mon, 04 May 2026 12:00:00 GMT"}};
  CHECK(web.get("/old", since).status == 304);
}

TEST_CASE("a streamed body passes the etag middleware as it is") {
  weft::app app;
  app.use(weft::etag());
  const auto rows = [] {
    return weft::stream([](weft::body_writer& out) -> task<> { (void)co_await out.write("row"); },
                        "text/csv");
  };
  app.get("/rows", rows);
  app.get("/tagged", [rows] { return weft::with_validators(rows(), entity_tag::strong("1")); });
  client web(app);
  const auto answer = web.get("/rows", {{"If-None-Match", "*"}, {"If-Match", "\"1\""}});
  CHECK(answer.status == 200);
  CHECK_FALSE(answer.whole.header("ETag").has_value());
  CHECK(answer.whole.producer() != nullptr);
  CHECK(web.get("/tagged").whole.producer() != nullptr);
  const auto spared = web.get("/tagged", {{"If-None-Match", "\"1\""}});
  CHECK(spared.status == 304);
  CHECK(spared.whole.producer() == nullptr);
}

TEST_CASE("weak tags say so") {
  weft::app app;
  app.use(weft::etag({.weak = true}));
  app.get("/", [] { return "text"; });
  client web(app);
  CHECK(web.get("/").header("ETag") == "W/" + entity_tag::of("text").text());
  CHECK(web.get("/", {{"If-None-Match", entity_tag::of("text").text()}}).status == 304);
}
