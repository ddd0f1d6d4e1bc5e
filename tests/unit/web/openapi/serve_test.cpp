#include "support/captured_stderr.hpp"
#include "unit/web/support/client.hpp"
#include "unit/web/support/temporary_folder.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <stdexcept>
#include <string>

namespace {

weft::task<weft::response> only_with_a_key(const weft::request& req, weft::next inner) {
  if (!req.header("X-Key")) co_return weft::response(weft::http_status::forbidden);
  co_return co_await inner(req);
}

TEST_CASE("an app publishes nothing unless it is told to") {
  weft::app app;
  app.get("/", [] { return "a"; });
  client web(app);
  CHECK(web.get("/openapi.json").status == 404);
  CHECK(web.get("/docs").status == 404);
}

TEST_CASE("the document and its page are served under each model") {
  weft::app app;
  app.get("/items/{id}", [](weft::path<int> id) { return std::to_string(*id); });
  app.serve_openapi();
  app.check();
  client web(app);
  const auto sent = web.get("/openapi.json");
  CHECK(sent.status == 200);
  CHECK(sent.content_type == "application/json");
  CHECK(sent.body == app.openapi());
  CHECK(sent.body.find("/docs") == std::string::npos);
  const auto page = web.get("/docs");
  CHECK(page.status == 200);
  CHECK(page.content_type == "text/html; charset=utf-8");
  CHECK(page.body.find(R"(content="openapi.json" data-path="/openapi.json")") != std::string::npos);
  CHECK(page.body.find('@') == page.body.find("@example.com"));  // no mark is left
}

TEST_CASE("the page runs no script but its own, and loads nothing from elsewhere") {
  weft::app app;
  app.describe_api({.servers = {"https://api.example.com:8443/v1", "/relative",
                                "https://a.example; script-src *"}});
  app.serve_openapi();
  client web(app);
  const auto page = web.get("/docs");
  const auto policy = page.header("Content-Security-Policy");
  CHECK(policy.find("default-src 'none'") == 0);
  CHECK(policy.find("connect-src 'self' https://api.example.com:8443;") != std::string::npos);
  CHECK(policy.find("script-src *") == std::string::npos);
  const auto nonce = policy.substr(policy.find("'nonce-") + 7, 32);
  CHECK(page.body.find("<script nonce=\"" + nonce + "\">") != std::string::npos);
  CHECK(page.body.find("src=") == std::string::npos);
  CHECK(page.body.find("innerHTML") == std::string::npos);
  CHECK(web.get("/docs").header("Content-Security-Policy") != policy);
  CHECK(page.header("Cache-Control") == "no-store");
}

TEST_CASE("the two can be put elsewhere, behind middleware, and without the page") {
  weft::app app;
  app.serve_openapi({.document = "/meta/api.json", .page = "/help/api/docs"}).use(only_with_a_key);
  client web(app);
  CHECK(web.get("/meta/api.json").status == 403);
  CHECK(web.get("/meta/api.json", {{"X-Key", "k"}}).status == 200);
  const auto page = web.get("/help/api/docs", {{"X-Key", "k"}});
  CHECK(page.body.find(R"(content="../../meta/api.json")") != std::string::npos);
  weft::app bare;
  bare.serve_openapi({.page = ""});
  CHECK(bare.routes().size() == 1);
  CHECK_THROWS_AS(bare.serve_openapi({.document = "/a b"}), std::invalid_argument);
  CHECK_THROWS_AS(bare.serve_openapi({.page = "/\"><script>"}), std::invalid_argument);
}

TEST_CASE("a host is shown no routes of another host") {
  weft::app app;
  app.get("/open", [] { return "a"; });
  app.host("admin.example.com").get("/secret", [] { return "b"; });
  app.serve_openapi();
  client web(app);
  CHECK(web.get("/openapi.json", {{"Host", "www.example.com"}}).body.find("/secret") ==
        std::string::npos);
  CHECK(web.get("/openapi.json", {{"Host", "admin.example.com"}}).body.find("/secret") !=
        std::string::npos);
}

TEST_CASE("what is registered after the document was served is in the next one") {
  weft::app app;
  app.serve_openapi();
  client web(app);
  CHECK(web.get("/openapi.json").body.find("/late") == std::string::npos);
  app.get("/late", [] { return "a"; });
  CHECK(web.get("/openapi.json").body.find("/late") != std::string::npos);
}

TEST_CASE("an app that serves a document with mistakes does not start") {
  weft::app app;
  app.get("/", [] {}).docs({.security = {"none"}});
  CHECK_NOTHROW(app.check());
  app.serve_openapi();
  CHECK_THROWS_AS(app.check(), std::logic_error);
}

int run(weft::app& app, const std::string& argument) {
  const char* const line[] = {"program", argument.c_str()};
  return app.run(2, line);
}

TEST_CASE("--openapi writes the document to a file, and says why it cannot") {
  weft::app app;
  app.get("/items", [] { return "a"; });
  const temporary_folder folder;
  CHECK(run(app, "--openapi=" + folder.path() + "/api.json") == 0);
  CHECK(folder.text_of("api.json") == app.openapi({}, weft::json_style::pretty) + "\n");
  {
    const weft::test::captured_stderr said;
    CHECK(run(app, "--openapi=" + folder.path() + "/none/api.json") == 1);
    CHECK(said.text() == "weft: --openapi: cannot write " + folder.path() +
                             "/none/api.json: No such file or directory\n");
  }
  {
    const weft::test::captured_stderr said;
    CHECK(run(app, "--openapi=/dev/full") == 1);
    CHECK(said.text() == "weft: --openapi: cannot write /dev/full: No space left on device\n");
  }
  app.get("/items", [] { return "b"; });
  const weft::test::captured_stderr said;
  CHECK(run(app, "--openapi=" + folder.path() + "/other.json") == 1);
  CHECK(said.text().starts_with("weft: GET /items answers the same requests as "));
  CHECK(folder.count() == 1);
}

}  // namespace
