#include "unit/web/openapi/reading_document.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct item {
  int id = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(item, (), (id, name))

struct filter {
  std::string text;
  std::optional<int> most;
  std::vector<std::string> tags;
  bool sorted = true;
};
BOOST_DESCRIBE_STRUCT(filter, (), (text, most, tags, sorted))
inline void json_rules(weft::rules_for<filter>& rules) {
  rules.optional(&filter::sorted);
  rules.size(&filter::text, 1, 9);
  rules.describe(&filter::text, "What to look for.");
}

struct picture {
  std::string title;
  weft::upload file;
  std::vector<weft::upload> more;
};
BOOST_DESCRIBE_STRUCT(picture, (), (title, file, more))

/// The document of one route.
template <class Handler>
document of(Handler handler, std::string_view pattern = "/") {
  weft::app app;
  app.get(pattern, std::move(handler));
  return document(app);
}

TEST_CASE("parameters come from path, query, header and cookie") {
  weft::app app;
  app.get("/items/{id}/{name}",
          [](weft::path<int>, weft::path<weft::uuid>, weft::query_value<"page", int, 1>,
             weft::query_value<"tag", std::vector<std::string>>,
             weft::header<"X-Trace", std::optional<std::string>>, weft::header<"X-Key">,
             weft::cookie<"size", int, 20>) {});
  const document all(app);
  const auto at = [&](std::string_view inside) {
    return all.get("/items/{id}/{name}", "/parameters" + std::string(inside));
  };
  CHECK(at("/0/name") == R"("id")");
  CHECK(at("/0/in") == R"("path")");
  CHECK(at("/0/required") == "true");
  CHECK(at("/0/schema/type") == R"("integer")");
  CHECK(
      at("/1") ==
      R"({"name":"name","in":"path","required":true,"schema":{"type":"string","format":"uuid"}})");
  CHECK(at("/2/required") == "nothing");
  CHECK(at("/2/schema/default") == "1");
  CHECK(at("/3") == R"({"name":"tag","in":"query","schema":{"type":"array","items":{)"
                    R"("type":"string"}}})");
  CHECK(at("/4") == R"({"name":"X-Trace","in":"header","schema":{"type":"string"}})");
  CHECK(at("/5/required") == "true");
  CHECK(at("/6/in") == R"("cookie")");
  CHECK(at("/6/schema/default") == "20");
  CHECK(all.get("/items/{id}/{name}", "/responses/400/$ref") ==
        R"("#/components/responses/bad_request")");
  CHECK(all.at("/components/responses/bad_request/content/application~1problem+json/schema/$ref") ==
        R"("#/components/schemas/problem")");
}

TEST_CASE("each member of a query's struct is a parameter") {
  const auto all = of([](weft::query<filter>) {});
  CHECK(all.get("/", "/parameters/0") ==
        R"({"name":"text","in":"query","description":"What to look for.","required":true,)"
        R"("schema":{"type":"string","minLength":1,"maxLength":9,)"
        R"("description":"What to look for."}})");
  CHECK(all.get("/", "/parameters/1/schema/type") == R"("integer")");
  CHECK(all.get("/", "/parameters/1/required") == "nothing");
  CHECK(all.get("/", "/parameters/2/required") == "nothing");
  CHECK(all.get("/", "/parameters/3/schema/default") == "true");
}

TEST_CASE("parameters that the handler does not take are texts, and a wildcard says so") {
  const auto all = of([] {}, "/files/{*rest}");
  CHECK(all.get("/files/{rest}", "/parameters/0/description") ==
        R"("The rest of the path, slashes included.")");
  CHECK(all.get("/files/{rest}", "/parameters/0/schema") == R"({"type":"string"})");
}

TEST_CASE("bodies have the media types that their readers take, and the ways they refuse them") {
  weft::app app;
  app.post("/json", [](weft::json<item>) {});
  app.post("/form", [](weft::form<filter>) {});
  app.post("/upload", [](weft::form<picture>) {});
  app.post("/parts", [](weft::multipart) -> weft::task<> { co_return; });
  app.post("/lines", [](weft::json_lines<item>) -> weft::task<> { co_return; });
  app.post("/bytes", [](weft::body) {});
  app.post("/stream", [](weft::body_stream) -> weft::task<> { co_return; });
  const document all(app);
  const auto at = [&](const std::string& path, std::string_view inside) {
    return all.at("/paths/~1" + path + "/post" + std::string(inside));
  };
  CHECK(at("json", "/requestBody/content/application~1json/schema/$ref") ==
        R"("#/components/schemas/item")");
  CHECK(at("json", "/requestBody/required") == "true");
  for (const std::string status : {"400", "413", "415", "422"}) {
    CAPTURE(status);
    CHECK(at("json", "/responses/" + status) != "nothing");
    CHECK(at("form", "/responses/" + status) != "nothing");
  }
  CHECK(at("form",
           "/requestBody/content/application~1x-www-form-urlencoded/schema/properties/most/"
           "type") == R"("integer")");
  CHECK(at("form", "/requestBody/content/multipart~1form-data/schema/required") == R"(["text"])");
  CHECK(at("upload", "/requestBody/content/multipart~1form-data/schema/properties/file") ==
        R"({"type":"string","format":"binary","contentMediaType":"application/octet-stream"})");
  CHECK(at("upload",
           "/requestBody/content/multipart~1form-data/schema/properties/more/items/"
           "format") == R"("binary")");
  CHECK(at("upload", "/requestBody/content/application~1x-www-form-urlencoded") == "nothing");
  CHECK(at("upload", "/responses/507") != "nothing");
  CHECK(at("parts", "/requestBody/content/multipart~1form-data/schema") == R"({"type":"object"})");
  CHECK(at("lines", "/requestBody/content/application~1jsonl/schema/$ref") ==
        R"("#/components/schemas/item")");
  CHECK(at("bytes", "/requestBody/content/*~1*") == "{}");
  CHECK(at("stream", "/requestBody/content/*~1*") == "{}");
  CHECK(at("bytes", "/responses/415") == "nothing");
}

TEST_CASE("answers come from what the handler returns") {
  const auto text = of([]() -> weft::task<std::string> { co_return "a"; });
  CHECK(text.get("/", "/responses") ==
        R"({"200":{"description":"OK","content":{"text/plain":{"schema":{"type":"string"}}}}})");
  CHECK(of([] {}).get("/", "/responses") == R"({"204":{"description":"No Content"}})");
  const auto maybe = of([] { return std::optional<item>(); });
  CHECK(maybe.get("/", "/responses/200/content/application~1json/schema/$ref") ==
        R"("#/components/schemas/item")");
  CHECK(maybe.get("/", "/responses/404/$ref") == R"("#/components/responses/not_found")");
  const auto failing = of([]() -> weft::result<item> { return item{}; });
  CHECK(failing.get("/", "/responses/default/content/application~1problem+json/schema/$ref") ==
        R"("#/components/schemas/problem")");
  const auto nothing = of([]() -> weft::result<void> { return {}; });
  CHECK(nothing.get("/", "/responses/204/description") == R"("No Content")");
  const auto made = of([] { return weft::created(item{}, "/items/7"); });
  CHECK(made.get("/", "/responses/201/headers/Location/schema/type") == R"("string")");
  CHECK(made.get("/", "/responses/201/content/application~1json") != "nothing");
  CHECK(of([] { return weft::redirect("/a"); }).get("/", "/responses/303/headers/Location") !=
        "nothing");
  const auto kept = of([] { return weft::with_cookies(item{}, weft::set_cookie("a", "b")); });
  CHECK(kept.get("/", "/responses/200/headers/Set-Cookie") != "nothing");
  const auto lines = of([] {
    return weft::stream_lines<item>([](weft::item_writer<item>&) -> weft::task<> { co_return; });
  });
  CHECK(lines.get("/", "/responses/200/content/application~1jsonl/schema/$ref") ==
        R"("#/components/schemas/item")");
  const auto array = of([] {
    return weft::stream_array<item>([](weft::item_writer<item>&) -> weft::task<> { co_return; });
  });
  CHECK(array.get("/", "/responses/200/content/application~1json/schema/items/$ref") ==
        R"("#/components/schemas/item")");
}

TEST_CASE("what only the handler knows is the default answer, until its author says more") {
  CHECK(of([](weft::context&) {}).get("/", "/responses/default/content") == R"({"*/*":{}})");
  CHECK(of([] { return weft::response(); }).get("/", "/responses/default") != "nothing");
  weft::app app;
  app.get("/", [] { return weft::with_status(weft::http_status::accepted, item{}); })
      .docs({.answers = {{.status = weft::http_status::accepted, .description = "Queued."}}});
  const document all(app);
  CHECK(all.get("/", "/responses/default") == "nothing");
  CHECK(all.get("/", "/responses/202/description") == R"("Queued.")");
  CHECK(all.get("/", "/responses/202/content/application~1json/schema/$ref") ==
        R"("#/components/schemas/item")");
}

TEST_CASE("routes and groups say more than their signatures") {
  weft::app app;
  app.describe_api(
      {.title = "Shop",
       .version = "1.2",
       .description = "Sells.",
       .servers = {"https://shop.example"},
       .tags = {{"items", "What there is."}},
       .security = {weft::security_scheme::bearer("token", "JWT"),
                    weft::security_scheme::key("key", weft::operation::place::header, "X-Key")
                        .description("Ask us.")}});
  auto& group = app.group("/api");
  group.docs({.tags = {"items"}, .security = {"token"}});
  // [docs]
  group.post("/items", [](weft::json<item> sent) { return *sent; })
      .name("add_item")
      .docs({.summary = "Adds an item",
             .description = "Twice if asked twice.",
             .body_example = weft::to_json(item{1, "box"}),
             .answers = {{.status = weft::http_status::conflict, .description = "It is there."}}});
  // [/docs]
  group.get("/items/{id}", [](weft::path<int>) { return item{}; })
      .docs({.parameters = {{.name = "id", .description = "Of the item.", .example = "7"}},
             .security = {"key"},
             .deprecated = true});
  group.get("/open", [] {}).docs({.tags = {"more"}, .is_public = true});
  group.get("/secret", [] {}).docs({.hidden = true});
  const document all(app);
  CHECK(all.at("/info") == R"({"title":"Shop","description":"Sells.","version":"1.2"})");
  CHECK(all.at("/servers") == R"([{"url":"https://shop.example"}])");
  CHECK(all.at("/tags") == R"([{"name":"items","description":"What there is."}])");
  CHECK(all.at("/components/securitySchemes") ==
        R"({"token":{"type":"http","scheme":"bearer","bearerFormat":"JWT"},)"
        R"("key":{"type":"apiKey","in":"header","name":"X-Key","description":"Ask us."}})");
  const auto post = [&](std::string_view inside) {
    return all.at("/paths/~1api~1items/post" + std::string(inside));
  };
  CHECK(post("/operationId") == R"("add_item")");
  CHECK(post("/summary") == R"("Adds an item")");
  CHECK(post("/description") == R"("Twice if asked twice.")");
  CHECK(post("/tags") == R"(["items"])");
  CHECK(post("/security") == R"([{"token":[]}])");
  CHECK(post("/requestBody/content/application~1json/example") == R"({"id":1,"name":"box"})");
  CHECK(post("/responses/409/description") == R"("It is there.")");
  CHECK(post("/responses/401/$ref") == R"("#/components/responses/unauthorized")");
  CHECK(all.get("/api/items/{id}", "/operationId") == R"("get_api_items_id")");
  CHECK(all.get("/api/items/{id}", "/security") == R"([{"key":[]}])");
  CHECK(all.get("/api/items/{id}", "/deprecated") == "true");
  CHECK(all.get("/api/items/{id}", "/parameters/0/description") == R"("Of the item.")");
  CHECK(all.get("/api/items/{id}", "/parameters/0/example") == "7");
  CHECK(all.get("/api/open", "/security") == "nothing");
  CHECK(all.get("/api/open", "/tags") == R"(["items","more"])");
  CHECK(all.at("/paths/~1api~1secret") == "nothing");
}

TEST_CASE("mistakes in what is said are refused, with the place") {
  weft::app app;
  SECTION("a scheme that nobody has described") {
    app.get("/a", [] {}).docs({.security = {"tokn"}});
    CHECK_THROWS_WITH(app.openapi(), Catch::Matchers::StartsWith(
                                         "weft: the documents of GET /a name the security scheme "
                                         "\"tokn\", which describe_api() was not given ("));
  }
  SECTION("an example that is no JSON") {
    app.get("/a", [] {}).docs({.answers = {{.example = "{'a':1}"}}});
    CHECK_THROWS_WITH(app.openapi(), Catch::Matchers::StartsWith(
                                         "weft: the documents of GET /a have an example that is "
                                         "no JSON ("));
  }
  SECTION("a key in the path") {
    CHECK_THROWS_AS(weft::security_scheme::key("a", weft::operation::place::path, "b"),
                    std::invalid_argument);
  }
}

}  // namespace
