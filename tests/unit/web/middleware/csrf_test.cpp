#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

header_list from(const std::string& origin, const std::string& site = {}) {
  header_list all = {{"Host", "app.example.com"}};
  if (!origin.empty()) all.emplace_back("Origin", origin);
  if (!site.empty()) all.emplace_back("Sec-Fetch-Site", site);
  return all;
}

void serve(weft::app& app) {
  // [csrf]
  app.use(weft::csrf({.trusted_origins = {"https://admin.example.com"}}));
  // [/csrf]
  app.get("/x", [] { return "read"; });
  app.post("/x", [] { return "written"; });
  app.del("/x", [] { return "gone"; });
}

}  // namespace

TEST_CASE("what a page of this site asks for passes, and what no browser sends") {
  weft::app app;
  serve(app);
  client web(app);
  for (const auto& headers :
       {from(""), from("", "same-origin"), from("", "none"),
        from("https://app.example.com", "same-origin"), from("https://app.example.com"),
        from("http://app.example.com"), from("https://admin.example.com", "cross-site"),
        from("https://admin.example.com")}) {
    CHECK(web.post("/x", "", headers).body == "written");
    CHECK(web.ask("DELETE", "/x", {}, headers).body == "gone");
  }
  CHECK(web.post("/x", "",
                 {{"Host", "APP.example.com:8443"}, {"Origin", "https://app.example.com:8443"}})
            .status == 200);
}

TEST_CASE("what a page of another site asks for is refused") {
  weft::app app;
  serve(app);
  client web(app);
  for (const auto& headers :
       {from("https://evil.example", "cross-site"), from("", "cross-site"), from("", "same-site"),
        from("https://other.example.com", "same-site"), from("https://evil.example"), from("null"),
        from("null", "cross-site"), from("https://app.example.com.evil.example"),
        from("https://app.example.com:8443"), from("https://evil.example/app.example.com"),
        from("https://user@app.example.com"), from("app.example.com"), from("", "Same-Origin"),
        from("https://app.example.com", "cross-site"), from("", "same-origin, none"),
        from("https://admin.example.com, https://evil.example"), from("https://ADMIN.example.com"),
        header_list{{"Origin", "https://evil.example"}}, header_list{{"Origin", "://"}}}) {
    INFO("origin " << (headers.size() > 1 ? headers[1].second : headers[0].second));
    CHECK(web.post("/x", "", headers).status == 403);
    CHECK(web.ask("DELETE", "/x", {}, headers).status == 403);
    CHECK(web.ask("PURGE", "/x", {}, headers).status == 403);
    CHECK(web.get("/x", headers).body == "read");
    CHECK(web.ask("OPTIONS", "/x", {}, headers).status == 204);
  }
}

TEST_CASE("csrf: an origin that is none is refused") {
  for (const std::string origin :
       {"admin.example.com", "https://admin.example.com/", "*", "null", ""}) {
    INFO("origin " << origin);
    CHECK_THROWS_AS(weft::csrf({.trusted_origins = {origin}}), std::invalid_argument);
  }
}
