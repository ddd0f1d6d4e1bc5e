#include "each_client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <system_error>

using namespace std::chrono_literals;
using namespace weft::test;
using weft::condition;
using weft::task;
using weft::testing::app_client;
using weft::testing::user_agent;

namespace {

using session = weft::cookie<"session", std::optional<std::string>>;

weft::response going_to(std::string where, weft::http_status how = weft::http_status::see_other) {
  weft::response res(how);
  res.set_header("Location", where);
  return res;
}

void add_routes(weft::app& app) {
  app.get("/login", [] {
    return weft::with_cookies("in", weft::set_cookie("session", "s1", {.max_age = 1h}));
  });
  app.get("/logout", [] { return weft::with_cookies("out", weft::delete_cookie("session")); });
  app.get("/me", [](session who) { return who->value_or("nobody"); });
  app.get("/enter", [](const weft::request&) {
    auto res = going_to("/me");
    weft::set_cookie("session", "s2").add_to(res);
    return res;
  });
  app.get("/loop", [] { return going_to("/loop"); });
  app.post("/move", [] { return going_to("echo", weft::http_status::temporary_redirect); });
  app.post("/see", [] { return going_to("/me"); });
  app.post("/echo", [](weft::body text) { return *text; });
  app.get("/away", [] { return going_to("http://other.example/token"); });
  app.get("/token", [](weft::header<"Authorization", std::optional<std::string>> token,
                       session who) { return token->value_or("none") + who->value_or("none"); });
  app.get("/nowhere-to", [] { return weft::response(weft::http_status::found); });
  app.get("/bad", [] { return going_to("http://[::1"); });
}

}  // namespace

TEST_CASE("a client keeps cookies and sends them, until they are deleted") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    CHECK(client.get("/me").body() == "nobody");
    CHECK(client.get("/login").body() == "in");
    const auto kept = client.agent().cookies().find("session");
    REQUIRE(kept.has_value());
    CHECK(kept->value == "s1");
    CHECK(kept->secure);
    CHECK(kept->http_only);
    CHECK(kept->same_site == weft::same_site::lax);
    CHECK(client.get("/me").body() == "s1");
    CHECK(client.get("http://127.0.0.1/me").body() == "nobody");
    client.get("/logout");
    CHECK(client.get("/me").body() == "nobody");
    CHECK(client.agent().cookies().all().empty());
  });
}

TEST_CASE("two agents have cookies of their own, and one may keep none") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    client.get("/login");
    user_agent other = client.new_agent();
    CHECK(client.run(other.get("/me")).body() == "nobody");
    other.keep_no_cookies();
    client.run(other.get("/login"));
    CHECK(client.run(other.get("/me")).body() == "nobody");
    CHECK(client.get("/me").body() == "s1");
    client.agent().cookies().clear();
    CHECK(client.get("/me").body() == "nobody");
  });
}

TEST_CASE("a cookie of the request's own goes before those of the jar") {
  weft::app app;
  add_routes(app);
  app_client client(app);
  client.get("/login");
  weft::http::client_request request("GET", "/me");
  request.set_header("Cookie", "session=own");
  CHECK(client.send(request).body() == "own");
}

TEST_CASE("cookies end in virtual time") {
  weft::app app;
  add_routes(app);
  app_client client(app);
  client.get("/login");
  client.let_pass(59min);
  CHECK(client.get("/me").body() == "s1");
  client.let_pass(1min);
  CHECK_FALSE(client.agent().cookies().find("session").has_value());
  CHECK(client.get("/me").body() == "nobody");
}

TEST_CASE(
    "a Secure cookie of a host that is not this machine is refused, as no answer came by TLS") {
  weft::app app;
  add_routes(app);
  app_client client(app);
  client.get("http://shop.example/login");
  CHECK(client.agent().cookies().all().empty());
  CHECK(client.agent().cookies().refused().size() == 1);
}

TEST_CASE("redirects come back as they are, and are followed when told") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    const auto first = client.get("/enter");
    CHECK(first.code() == 303);
    CHECK(first.header("Location") == "/me");
    client.agent().cookies().clear();
    client.agent().follow_redirects();
    const auto me = client.get("/enter");
    CHECK(me.body() == "s2");  // with the cookie of the answer that redirects
    CHECK(me.url() == "http://localhost/me");
    CHECK(client.post("/move", "text", "text/plain").body() == "text");
    CHECK(client.post("/see", "text", "text/plain").body() == "s2");
    CHECK(client.get("/nowhere-to").code() == 302);
    client.agent().follow_redirects(0);
    CHECK(client.get("/enter").code() == 303);
  });
}

TEST_CASE("redirects end, and a Location that is none is an error") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    client.agent().follow_redirects(3);
    const auto error_of = [&client](std::string target) {
      try {
        client.get(std::move(target));
      } catch (const std::system_error& failed) {
        return failed.code();
      }
      return std::error_code();
    };
    CHECK(error_of("/loop") == condition::limit_exceeded);
    CHECK(error_of("/bad") == condition::bad_input);
  });
}

TEST_CASE("credentials and cookies stay at their origin when a redirect leads away") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    client.agent().set_default_header("Authorization", "Bearer a");
    client.agent().follow_redirects();
    client.get("/login");
    CHECK(client.get("/token").body() == "Bearer as1");
    CHECK(client.get("/away").body() == "nonenone");
  });
}
