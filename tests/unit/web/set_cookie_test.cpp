#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace std::chrono_literals;

namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using weft::set_cookie;

/// All Set-Cookie fields of an answer, one a line.
std::string cookies_of(const answer& a) {
  std::string lines;
  for (const auto& [name, value] : a.whole.headers())
    if (name == "Set-Cookie") lines += value + '\n';
  return lines;
}

TEST_CASE("a cookie is safe unless it is said otherwise") {
  CHECK(set_cookie("a", "1").text() == "a=1; Path=/; SameSite=Lax; Secure; HttpOnly");
  CHECK(set_cookie("a", "").text() == "a=; Path=/; SameSite=Lax; Secure; HttpOnly");
}

TEST_CASE("every attribute of a cookie is written as browsers read it") {
  // [set_cookie]
  const set_cookie session("session", "8-4f", {.path = "/app", .max_age = 24h});
  // [/set_cookie]
  CHECK(session.text() == "session=8-4f; Path=/app; Max-Age=86400; SameSite=Lax; Secure; HttpOnly");
  CHECK(set_cookie("a", "1", {.http_only = false, .secure = false}).text() ==
        "a=1; Path=/; SameSite=Lax");
  CHECK(set_cookie("a", "1", {.same_site = weft::same_site::strict}).text() ==
        "a=1; Path=/; SameSite=Strict; Secure; HttpOnly");
  CHECK(set_cookie("a", "1", {.same_site = weft::same_site::none, .partitioned = true}).text() ==
        "a=1; Path=/; SameSite=None; Secure; HttpOnly; Partitioned");
  CHECK(set_cookie("a", "1", {.domain = "Example-1.org"}).text() ==
        "a=1; Path=/; Domain=Example-1.org; SameSite=Lax; Secure; HttpOnly");
  CHECK(set_cookie("a", "1", {.max_age = -5s}).text() ==
        "a=1; Path=/; Max-Age=0; SameSite=Lax; Secure; HttpOnly");
  using std::chrono::sys_seconds;
  CHECK(set_cookie("a", "1", {.expires = sys_seconds(784111777s)}).text() ==
        "a=1; Path=/; Expires=Sun, 06 Nov 1994 08:49:37 GMT; SameSite=Lax; Secure; HttpOnly");
  CHECK_THAT(set_cookie("a", "1", {.expires = sys_seconds::max()}).text(),
             ContainsSubstring("Expires=Fri, 31 Dec 9999 00:00:00 GMT;"));
  CHECK_THAT(set_cookie("a", "1", {.expires = sys_seconds::min()}).text(),
             ContainsSubstring("Expires=Thu, 01 Jan 1970 00:00:00 GMT;"));
}

TEST_CASE("a deleted cookie is empty and has expired, at the place where it was set") {
  CHECK(weft::delete_cookie("a").text() ==
        "a=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax; Secure; "
        "HttpOnly");
  CHECK_THAT(weft::delete_cookie("a", {.path = "/x", .max_age = 1h}).text(),
             ContainsSubstring("a=; Path=/x; Max-Age=0; "));
  CHECK_NOTHROW(weft::delete_cookie("__Host-a"));
}

TEST_CASE("what a browser would read otherwise is no cookie") {
  const auto refuses = [](std::string_view name, std::string_view value,
                          const weft::cookie_options& options, const char* why) {
    INFO(why << ": " << name << '=' << value);
    CHECK_THROWS_MATCHES(set_cookie(name, value, options), std::invalid_argument,
                         MessageMatches(ContainsSubstring(why)));
  };
  using namespace std::string_view_literals;
  for (auto name : {""sv, "a b"sv, "a="sv, "a;"sv, "a\r\nb"sv, "a\0b"sv, "\xc3\xa9"sv, "(a)"sv,
                    "\"a\""sv, "a,b"sv, "a\x7f"sv})
    refuses(name, "1", {}, "set_cookie: the name");
  for (auto value : {"a b"sv, "a;b"sv, "a,b"sv, "\"a\""sv, "a\\b"sv, "a\r\nSet-Cookie: b=1"sv,
                     "a\n"sv, "a\0"sv, "\xc3\xa9"sv, "\x7f"sv, "\t"sv})
    refuses("a", value, {}, "set_cookie a: the value");
  for (auto path : {""sv, "x"sv, "/a;b"sv, "/a\r\n"sv, "/\0"sv, "/\xc3\xa9"sv, "/a "sv})
    refuses("a", "1", {.path = path}, "set_cookie a: the path");
  refuses("a", "1", {.path = "/" + std::string(1024, 'x')}, "the path");
  for (auto domain : {".example.org"sv, "example.org."sv, "a..b"sv, "a b"sv, "a;b"sv, "-a"sv,
                      "a-"sv, "a:1"sv, "[::1]"sv, "a\r\nb"sv, "\xc3\xa9.org"sv})
    refuses("a", "1", {.domain = domain}, "set_cookie a: the domain");
  refuses("a", "1", {.domain = std::string(64, 'x')}, "the domain");
  refuses("a", std::string(4096, 'x'), {}, "4096 bytes");
  CHECK_NOTHROW(set_cookie("a", std::string(4095, 'x')));
  refuses("a", "1", {.secure = false, .same_site = weft::same_site::none}, "SameSite=None");
  refuses("a", "1", {.secure = false, .partitioned = true}, "Partitioned");
}

TEST_CASE("a prefix of a cookie's name promises what its options keep") {
  const weft::cookie_options open{.http_only = false, .secure = false};
  const weft::cookie_options for_scripts{.http_only = false};
  const weft::cookie_options elsewhere{.path = "/app"};
  const weft::cookie_options wide{.domain = "example.org"};
  struct row {
    std::string_view name;
    bool in_the_open, with_scripts, at_a_path, on_a_domain;
  };
  const row rows[] = {
      {"a", true, true, true, true},
      {"__Secure-a", false, true, true, true},
      {"__secure-a", false, true, true, true},
      {"__Host-a", false, true, false, false},
      {"__HOST-a", false, true, false, false},
      {"__Http-a", false, false, true, true},
      {"__Host-Http-a", false, false, false, false},
      {"__Host", true, true, true, true},
      {"_Host-a", true, true, true, true},
  };
  const auto is_good = [](std::string_view name, const weft::cookie_options& options) {
    try {
      (void)set_cookie(name, "1", options);
      return true;
    } catch (const std::invalid_argument&) {
      return false;
    }
  };
  for (const auto& row : rows) {
    INFO("name " << row.name);
    CHECK(is_good(row.name, {}));
    CHECK(is_good(row.name, open) == row.in_the_open);
    CHECK(is_good(row.name, for_scripts) == row.with_scripts);
    CHECK(is_good(row.name, elsewhere) == row.at_a_path);
    CHECK(is_good(row.name, wide) == row.on_a_domain);
  }
}

struct visitor {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(visitor, (), (name))

TEST_CASE("a handler returns cookies beside any reply") {
  weft::app app;
  // [with_cookies]
  app.post("/login", [](weft::query_value<"name"> name) {
    return weft::with_cookies(visitor{*name}, weft::set_cookie("session", "s1", {.max_age = 1h}),
                              weft::set_cookie("theme", "dark", {.http_only = false}));
  });
  app.post("/logout", []() -> weft::task<weft::with_cookies<weft::redirect>> {
    co_return weft::with_cookies(weft::redirect("/"), weft::delete_cookie("session"));
  });
  // [/with_cookies]
  app.get("/text", [] { return weft::with_cookies("text", set_cookie("a", "1")); });
  app.get("/none", [] { return weft::with_cookies(weft::no_content(), set_cookie("a", "1")); });
  app.get("/lost", [] {
    return weft::with_cookies(std::optional<visitor>(), weft::delete_cookie("session"));
  });
  app.get("/whole", [] {
    weft::response res;
    res.body().append("whole");
    return weft::with_cookies(std::move(res), set_cookie("a", "1"));
  });
  client web(app);
  const auto in = web.post("/login?name=ann", "");
  CHECK(in.json().at("name") == "ann");
  CHECK(cookies_of(in) ==
        "session=s1; Path=/; Max-Age=3600; SameSite=Lax; Secure; HttpOnly\n"
        "theme=dark; Path=/; SameSite=Lax; Secure\n");
  const auto out = web.post("/logout", "");
  CHECK(out.status == 303);
  CHECK(out.header("Location") == "/");
  CHECK(cookies_of(out) == weft::delete_cookie("session").text() + '\n');
  CHECK(web.get("/text").body == "text");
  CHECK(web.get("/none").status == 204);
  const auto lost = web.get("/lost");
  CHECK(lost.status == 404);
  CHECK(cookies_of(lost) == weft::delete_cookie("session").text() + '\n');
  const auto whole = web.get("/whole");
  CHECK(whole.body == "whole");
  CHECK(cookies_of(whole) == set_cookie("a", "1").text() + '\n');
}

TEST_CASE("middleware and handlers that fill the response add cookies too") {
  weft::app app;
  app.use([](const weft::request& req, weft::next next) -> weft::task<weft::response> {
    const bool is_known = weft::find_cookie(req, "seen").has_value();
    auto res = co_await next(req);
    if (!is_known) set_cookie("seen", "yes").add_to(res);
    co_return res;
  });
  app.get("/", [](weft::context& ctx) {
    set_cookie("a", "1").add_to(ctx.response());
    return "text";
  });
  client web(app);
  const auto first = web.get("/");
  CHECK(first.body == "text");
  CHECK(cookies_of(first) ==
        set_cookie("a", "1").text() + '\n' + set_cookie("seen", "yes").text() + '\n');
  CHECK(cookies_of(web.get("/", {{"Cookie", "seen=yes"}})) == set_cookie("a", "1").text() + '\n');
}

TEST_CASE("a bad cookie is a 500 and reaches nobody") {
  weft::app app;
  app.get("/",
          [](weft::query_value<"v"> v) { return weft::with_cookies("text", set_cookie("a", *v)); });
  client web(app);
  CHECK(web.get("/?v=good").status == 200);
  const auto bad = web.get("/?v=x%0D%0ASet-Cookie:%20b=1");
  CHECK(bad.status == 500);
  CHECK(cookies_of(bad).empty());
}

}  // namespace
