#include "unit/web/openapi/reading_document.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace {

TEST_CASE("the document is the same whatever the order of registration") {
  const auto first = [](weft::app& app) { app.get("/a/{id}", [](weft::path<int>) {}); };
  const auto second = [](weft::app& app) { app.post("/a", [](weft::json<int>) {}); };
  weft::app one;
  first(one);
  second(one);
  weft::app other;
  second(other);
  first(other);
  CHECK(one.openapi() == other.openapi());
  CHECK(one.openapi() == one.openapi());
}

TEST_CASE("an app without routes has a document") {
  const weft::app app;
  const document all(app);
  CHECK(all.at("/openapi") == R"("3.1.0")");
  CHECK(all.at("/info") == R"({"title":"API","version":"0"})");
  CHECK(all.at("/paths") == "{}");
  CHECK(all.at("/components/responses") == "nothing");
}

TEST_CASE("automatic methods are not listed, one with a handler is") {
  weft::app app;
  app.get("/", [] {});
  app.handle(weft::http_method::options, "/own", [] {});
  app.handle(weft::http_method::connect, "/no", [] {});
  const document all(app);
  CHECK(all.at("/paths/~1/get") != "nothing");
  CHECK(all.at("/paths/~1/head") == "nothing");
  CHECK(all.at("/paths/~1/options") == "nothing");
  CHECK(all.at("/paths/~1own/options") != "nothing");
  CHECK(all.at("/paths/~1no") == "nothing");
}

TEST_CASE("routes of one path are one path, whatever they call its parameters") {
  weft::app app;
  app.get("/items/{id}", [] {});
  app.del("/items/{number}", [](weft::path<int>) {});
  app.get("/files/{name}", [] {});
  app.get("/files/{*name}", [] {});
  const document all(app);
  CHECK(all.at("/paths/~1items~1{number}") == "nothing");
  CHECK(all.at("/paths/~1items~1{id}/delete/parameters/0/name") == R"("id")");
  CHECK(all.at("/paths/~1items~1{id}/delete/parameters/0/schema/type") == R"("integer")");
  CHECK(all.at("/paths/~1files~1{name}/get") != "nothing");
  CHECK(all.at("/paths/~1files~1{name_}/get/parameters/0/name") == R"("name_")");
}

TEST_CASE("ids are the names of routes, and never twice") {
  weft::app app;
  app.get("/a-b", [] {});
  app.get("/a/b", [] {});
  app.get("/", [] {}).name("home");
  app.post("/", [] {});
  weft::router part;
  part.get("/one", [] {}).name("one");
  app.mount("/v1", part, "v1.");
  const document all(app);
  CHECK(all.get("/", "/operationId") == R"("home")");
  CHECK(all.at("/paths/~1/post/operationId") == R"("post_root")");
  CHECK(all.get("/a-b", "/operationId") != all.get("/a/b", "/operationId"));
  CHECK(all.get("/v1/one", "/operationId") == R"("v1.one")");
}

TEST_CASE("routes of a host have a server, and a document of a host has what it reaches") {
  weft::app app;
  app.get("/", [] { return "all"; });
  app.host("api.example.com").get("/api", [] {});
  app.host("api.example.com").get("/", [] {});
  app.host("{tenant}.example.com").get("/tenant", [] {});
  app.host("*.example.org").get("/any", [] {});
  const document all(app);
  CHECK(all.get("/api", "/servers") == R"([{"url":"//api.example.com"}])");
  CHECK(all.get("/tenant", "/servers") ==
        R"([{"url":"//{tenant}.example.com","variables":{"tenant":{"default":"tenant"}}}])");
  CHECK(all.get("/any", "/servers/0/url") == R"("//{subdomain}.example.org")");
  const document api(app, "API.example.com:8080");
  CHECK(api.get("/api", "") != "nothing");
  CHECK(api.get("/tenant", "") != "nothing");
  CHECK(api.get("/any", "") == "nothing");
  CHECK(api.get("/", "/servers/0/url") == R"("//api.example.com")");
  const document other(app, "other.net");
  CHECK(other.get("/api", "") == "nothing");
  CHECK(other.get("/", "/servers") == "nothing");
}

}  // namespace
