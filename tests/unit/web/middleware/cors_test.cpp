#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

const header_list from_app = {{"Origin", "https://app.example.com"}};
const header_list from_elsewhere = {{"Origin", "https://evil.example"}};

header_list preflight(std::string origin) {
  return {{"Origin", std::move(origin)}, {"Access-Control-Request-Method", "PUT"}};
}

void serve(weft::app& app, weft::cors_options options) {
  app.use(weft::cors(std::move(options)));
  app.get("/items", [] { return "items"; });
  app.put("/items", [] { return "changed"; });
}

weft::cors_options one_origin() {
  weft::cors_options options;
  options.origins = {"https://app.example.com"};
  return options;
}

}  // namespace

TEST_CASE("a page of an allowed origin may read answers, another may not") {
  weft::app app;
  // [cors]
  app.use(weft::cors({.origins = {"https://app.example.com", "http://localhost:5173"},
                      .request_headers = {"Content-Type", "Authorization"},
                      .credentials = true}));
  // [/cors]
  app.get("/items", [] { return "items"; });
  client web(app);

  const auto allowed = web.get("/items", from_app);
  CHECK(allowed.body == "items");
  CHECK(allowed.header("Access-Control-Allow-Origin") == "https://app.example.com");
  CHECK(allowed.header("Access-Control-Allow-Credentials") == "true");
  CHECK(allowed.header("Vary") == "Origin");

  for (const auto& headers : {from_elsewhere, header_list{}}) {
    const auto other = web.get("/items", headers);
    CHECK(other.body == "items");
    CHECK(other.header("Access-Control-Allow-Origin").empty());
    CHECK(other.header("Access-Control-Allow-Credentials").empty());
    CHECK(other.header("Vary") == "Origin");
  }
}

TEST_CASE("origins are compared whole") {
  weft::app app;
  serve(app, one_origin());
  client web(app);
  for (const std::string origin : {"https://app.example.com.evil.example", "http://app.example.com",
                                   "https://app.example.com:8443", "https://app.example.co",
                                   "https://APP.example.com", "null", "", "*"}) {
    INFO("origin " << origin);
    CHECK(web.get("/items", {{"Origin", origin}}).header("Access-Control-Allow-Origin").empty());
    CHECK(web.ask("OPTIONS", "/items", {}, preflight(origin))
              .header("Access-Control-Allow-Methods")
              .empty());
  }
}

TEST_CASE("a preflight is answered in place of the application") {
  auto options = one_origin();
  options.methods = {weft::http_method::get, weft::http_method::put};
  options.max_age = 90s;
  weft::app app;
  serve(app, options);
  client web(app);
  const auto allowed = web.ask("OPTIONS", "/items", {}, preflight("https://app.example.com"));
  CHECK(allowed.status == 204);
  CHECK(allowed.header("Access-Control-Allow-Origin") == "https://app.example.com");
  CHECK(allowed.header("Access-Control-Allow-Methods") == "GET, PUT");
  CHECK(allowed.header("Access-Control-Allow-Headers") == "Content-Type");
  CHECK(allowed.header("Access-Control-Max-Age") == "90");
  CHECK(allowed.header("Access-Control-Allow-Credentials").empty());
  CHECK(allowed.header("Vary") == "Origin");

  const auto refused = web.ask("OPTIONS", "/items", {}, preflight("https://evil.example"));
  CHECK(refused.status == 204);
  CHECK(refused.header("Access-Control-Allow-Origin").empty());
  CHECK(refused.header("Access-Control-Allow-Methods").empty());
}

TEST_CASE("an OPTIONS that is no preflight goes to the application") {
  weft::app app;
  serve(app, one_origin());
  client web(app);
  CHECK(web.ask("OPTIONS", "/items").header("Allow") == "GET, HEAD, PUT, OPTIONS");
  const auto asked = web.ask("OPTIONS", "/items", {}, from_app);
  CHECK(asked.header("Allow") == "GET, HEAD, PUT, OPTIONS");
  CHECK(asked.header("Access-Control-Allow-Origin") == "https://app.example.com");
}

TEST_CASE("around a group or a route it answers the preflights of their paths") {
  auto open = one_origin();
  open.methods = {weft::http_method::put};
  weft::app app;
  app.group("/api").use(weft::cors(one_origin())).put("/items/{id}", [] { return ""; });
  app.get("/mixed", [] { return "closed"; });
  app.put("/mixed", [] { return "open"; }).use(weft::cors(open));
  app.get("/closed", [] { return ""; });
  client web(app);
  const auto origin = preflight("https://app.example.com");
  const auto allowed = web.ask("OPTIONS", "/api/items/7", {}, origin);
  CHECK(allowed.status == 204);
  CHECK(allowed.header("Access-Control-Allow-Origin") == "https://app.example.com");
  CHECK(web.ask("OPTIONS", "/mixed", {}, origin).header("Access-Control-Allow-Methods") == "PUT");

  auto reading = origin;
  reading[1].second = "GET";
  for (const auto& [path, headers] : {std::pair("/mixed", reading), std::pair("/closed", origin),
                                      std::pair("/api/nowhere", origin)}) {
    INFO("path " << path);
    const auto told = web.ask("OPTIONS", path, {}, headers);
    CHECK(told.header("Access-Control-Allow-Origin").empty());
    CHECK(told.header("Access-Control-Allow-Methods").empty());
  }
  const auto refused = web.ask("DELETE", "/api/items/7", {}, from_app);
  CHECK(refused.status == 405);
  CHECK(refused.header("Access-Control-Allow-Origin") == "https://app.example.com");
}

TEST_CASE("a preflight for a method that the path has not is told nothing by a route's own cors") {
  weft::app app;
  app.get("/x", [] { return ""; });
  app.put("/x", [] { return ""; }).use(weft::cors(one_origin()));
  client web(app);
  for (const std::string method : {"DELETE", "put", "", "PUT, GET", "X"}) {
    INFO("method " << method);
    auto asked = preflight("https://app.example.com");
    asked[1].second = method;
    const auto told = web.ask("OPTIONS", "/x", {}, asked);
    CHECK(told.status == 204);
    CHECK(told.header("Access-Control-Allow-Origin").empty());
  }
}

TEST_CASE("with any origin answers do not depend on it") {
  weft::cors_options options;
  options.origins = {"*"};
  options.request_headers = {"*"};
  options.exposed_headers = {"ETag", "X-Total"};
  weft::app app;
  serve(app, options);
  client web(app);
  const auto answer = web.get("/items", from_elsewhere);
  CHECK(answer.header("Access-Control-Allow-Origin") == "*");
  CHECK(answer.header("Access-Control-Expose-Headers") == "ETag, X-Total");
  CHECK(answer.header("Vary").empty());
  CHECK(
      web.ask("OPTIONS", "/items", {}, preflight("null")).header("Access-Control-Allow-Headers") ==
      "*");
}

TEST_CASE("errors can be read by a page too") {
  weft::app app;
  serve(app, one_origin());
  client web(app);
  const auto missing = web.get("/nowhere", from_app);
  CHECK(missing.status == 404);
  CHECK(missing.header("Access-Control-Allow-Origin") == "https://app.example.com");
}

TEST_CASE("Vary keeps what a handler has said") {
  weft::app app;
  app.use(weft::cors(one_origin()));
  app.get("/more", [](weft::context& ctx) { ctx.response().set_header("Vary", "Accept"); });
  app.get("/same", [](weft::context& ctx) { ctx.response().set_header("Vary", "Accept, origin"); });
  app.get("/all", [](weft::context& ctx) { ctx.response().set_header("Vary", "*"); });
  app.get("/two", [](weft::context& ctx) {
    ctx.response().add_header("Vary", "Accept");
    ctx.response().add_header("Vary", "Accept-Language");
  });
  client web(app);
  CHECK(web.get("/more").header("Vary") == "Accept, Origin");
  CHECK(web.get("/same").header("Vary") == "Accept, origin");
  CHECK(web.get("/all").header("Vary") == "*");
  CHECK(web.get("/two").header("Vary") == "Accept, Accept-Language, Origin");
}

TEST_CASE("origins of every form are taken") {
  for (const std::string origin : {"http://localhost:5173", "https://[2001:db8::1]:8443",
                                   "http://192.0.2.1", "capacitor://localhost"}) {
    INFO("origin " << origin);
    auto options = one_origin();
    options.origins = {origin};
    weft::app app;
    serve(app, options);
    client web(app);
    CHECK(web.get("/items", {{"Origin", origin}}).header("Access-Control-Allow-Origin") == origin);
  }
}

TEST_CASE("options that cannot be meant are refused") {
  const auto with = [](auto change) {
    auto options = one_origin();
    change(options);
    return options;
  };
  using options = weft::cors_options;
  for (const auto& bad : {
           with([](options& o) { o.origins.clear(); }),
           with([](options& o) { o.origins = {"*"}, o.credentials = true; }),
           with([](options& o) { o.request_headers = {"*"}, o.credentials = true; }),
           with([](options& o) { o.exposed_headers = {"*"}, o.credentials = true; }),
           with([](options& o) {
             o.origins = {"*", "https://app.example.com"};
           }),
           with([](options& o) {
             o.request_headers = {"*", "X-A"};
           }),
           with([](options& o) { o.request_headers = {"X A"}; }),
           with([](options& o) { o.exposed_headers = {"X-A\r\nX-B"}; }),
           with([](options& o) { o.methods = {weft::http_method::other}; }),
           with([](options& o) { o.max_age = -1s; }),
       }) {
    CHECK_THROWS_AS(weft::cors(bad), std::invalid_argument);
  }
  for (const std::string origin : {"app.example.com",
                                   "https://",
                                   "https://app.example.com/",
                                   "https://app.example.com/x",
                                   "https://App.example.com",
                                   "https://u@app.example.com",
                                   "null",
                                   "https://*.example.com",
                                   "https://app.example.com:",
                                   "https://app.example.com:99999",
                                   "1http://a",
                                   "http://[::1",
                                   "http://[localhost]",
                                   "http://a:-1",
                                   "http://a:+1",
                                   "http://a:8 0",
                                   "://a",
                                   "https://app.example.com#f",
                                   "",
                                   "https://app.example.com, https://b.example"}) {
    INFO("origin " << origin);
    CHECK_THROWS_AS(weft::cors(with([&](options& o) { o.origins = {origin}; })),
                    std::invalid_argument);
  }
}
