#include "unit/web/support/child_app.hpp"
#include "unit/web/support/client.hpp"
#include "web/host_table.hpp"

#include <weft/web/app.hpp>
#include <weft/web/router.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>

namespace {

std::string host_of(const weft::context& ctx) { return ctx.route()->host(); }

void fill(weft::app& app) {
  app.get("/", [] { return "default"; });
  app.get("/health", [] { return "healthy"; });
  // [host]
  app.host("api.example.com").get("/", [] { return "the API"; });
  app.host("{tenant}.example.com").get("/", [](const weft::context& ctx) {
    return "tenant " + ctx.parameter("tenant").value();
  });
  // [/host]
}

TEST_CASE("a host has routes of its own, which go before those of every host") {
  weft::app app;
  fill(app);
  app.host("API.Example.com").post("/", [] { return "posted"; });
  client web(app);
  const auto at = [&](const char* host, const char* path = "/") {
    return web.get(path, {{"Host", host}}).body;
  };
  CHECK(at("api.example.com") == "the API");
  CHECK(at("API.example.COM:8080") == "the API");
  CHECK(at("api.example.com.") == "the API");
  CHECK(at("Blue.example.com:80") == "tenant Blue");
  for (const char* other : {"example.com", ".example.com", "a.b.example.com", "api.example.comx",
                            "xapi.example.org", "[::1]:80", "", "127.0.0.1"}) {
    INFO("host " << other);
    CHECK(at(other) == "default");
  }
  CHECK(at("api.example.com", "/health") == "healthy");
  CHECK(web.post("/", "", {{"Host", "api.example.com"}}).body == "posted");
  CHECK(at(std::string(300, 'a').append(".example.com").c_str()) == "default");
}

TEST_CASE("HEAD, OPTIONS and 405 take the routes of the host and of every host together") {
  weft::app app;
  app.post("/x", host_of);
  app.host("a").get("/x", host_of);
  app.host("*.b").del("/x", host_of);
  client web(app);
  CHECK(web.ask("HEAD", "/x", {}, {{"Host", "a"}}).status == 200);
  CHECK(web.ask("HEAD", "/x", {}, {{"Host", "c"}}).status == 405);
  CHECK(web.ask("OPTIONS", "/x", {}, {{"Host", "a"}}).header("Allow") ==
        "GET, HEAD, POST, OPTIONS");
  CHECK(web.ask("PUT", "/x", {}, {{"Host", "1.b"}}).header("Allow") == "POST, DELETE, OPTIONS");
  CHECK(web.ask("DELETE", "/x", {}, {{"Host", "1.b"}}).body == "*.b");
  CHECK(web.ask("OPTIONS", "*").header("Allow") == "GET, HEAD, POST, DELETE, OPTIONS");
}

TEST_CASE("a host takes groups, middleware and routers") {
  weft::app app;
  weft::router pages;
  pages.get("/about", host_of);
  app.host("a.example").group("/en").mount("/pages", pages);
  client web(app);
  CHECK(web.get("/en/pages/about", {{"Host", "a.example"}}).body == "a.example");
  CHECK(web.get("/en/pages/about", {{"Host", "b.example"}}).status == 404);
}

TEST_CASE("an address in brackets is a host") {
  weft::app app;
  app.host("[::1]").get("/", host_of);
  client web(app);
  CHECK(web.get("/", {{"Host", "[::1]:8080"}}).body == "[::1]");
  CHECK(web.get("/", {{"Host", "[::1]"}}).body == "[::1]");
  CHECK(web.get("/", {{"Host", "[::2]"}}).status == 404);
}

TEST_CASE("a host pattern is a name with at most one parameter in front") {
  using weft::detail::parse_host;
  for (const char* good : {"a", "a.b", "A-1.b_c", "*.a", "{x}.a", "127.0.0.1", "[::1]"}) {
    INFO("host " << good);
    CHECK_NOTHROW(parse_host(good));
  }
  for (const char* bad : {"",     "*",       "{x}", "a:80",     "a/b",  ".a",           "a.",
                          "a..b", "*.*.a",   "a.*", "a.{x}",    "{}.a", "{x.a",         "{x}y.a",
                          "a b",  "*.[::1]", "[]",  "http://a", "*.",   "gr\xC3\xBCn.a"}) {
    INFO("host " << bad);
    CHECK_THROWS_AS(parse_host(bad), std::logic_error);
    weft::app app;
    app.host(bad).get("/", host_of);
    CHECK_THROWS_AS(app.check(), std::logic_error);
  }
}

TEST_CASE("the authority of an absolute-form target chooses the host, whatever Host says") {
  weft::app app;
  fill(app);
  weft::run_options options;
  options.model = weft::event_loop{};
  options.listen = {"127.0.0.1:0"};
  child_app served(app, options);
  const auto ask = [&](const std::string& head) {
    const auto reply = served.exchange(head + "\r\nConnection: close\r\n\r\n");
    return reply.substr(reply.rfind('\n') + 1);
  };
  CHECK(ask("GET / HTTP/1.1\r\nHost: api.example.com:80") == "the API");
  CHECK(ask("GET http://api.example.com:1/ HTTP/1.1\r\nHost: blue.example.com") == "the API");
  CHECK(ask("GET http://other/ HTTP/1.1\r\nHost: api.example.com") == "default");
  CHECK(served.stop() == 0);
}

}  // namespace
