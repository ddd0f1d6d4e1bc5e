#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;

TEST_CASE("every answer tells browsers what to be careful about") {
  weft::app app;
  app.use(weft::secure_headers());
  app.get("/", [] { return "page"; });
  client web(app);
  for (const auto& answer : {web.get("/"), web.get("/nowhere")}) {
    CHECK(answer.header("X-Content-Type-Options") == "nosniff");
    CHECK(answer.header("Content-Security-Policy").starts_with("default-src 'self'; "));
    CHECK(answer.header("Referrer-Policy") == "no-referrer");
    CHECK(answer.header("X-Frame-Options") == "SAMEORIGIN");
    CHECK(answer.header("Cross-Origin-Opener-Policy") == "same-origin");
    CHECK(answer.header("Cross-Origin-Resource-Policy") == "same-origin");
    CHECK(answer.header("Strict-Transport-Security") == "max-age=31536000");
  }
}

TEST_CASE("a handler has the last word, and what is empty is not sent") {
  weft::app app;
  // [secure_headers]
  app.use(weft::secure_headers({.content_security_policy = "default-src 'none'",
                                .frame_options = "",
                                .https_only = 24h,
                                .https_only_for_subdomains = true}));
  // [/secure_headers]
  app.get("/", [](weft::context& ctx) {
    ctx.response().set_header("referrer-policy", "same-origin");
    return "page";
  });
  client web(app);
  const auto answer = web.get("/");
  CHECK(answer.body == "page");
  CHECK(answer.header("Content-Security-Policy") == "default-src 'none'");
  CHECK(answer.header("Referrer-Policy") == "same-origin");
  CHECK(answer.header("X-Frame-Options").empty());
  CHECK(answer.header("Strict-Transport-Security") == "max-age=86400; includeSubDomains");
}

TEST_CASE("secure headers: a time of zero is not sent, a bad value is refused") {
  weft::app app;
  app.use(weft::secure_headers({.https_only = 0s}));
  client web(app);
  CHECK(web.get("/").header("Strict-Transport-Security").empty());
  CHECK_THROWS_AS(weft::secure_headers({.https_only = -1s}), std::invalid_argument);
  CHECK_THROWS_AS(weft::secure_headers({.referrer_policy = "a\r\nX-B: c"}), std::invalid_argument);
}
