#include "unit/web/support/client.hpp"

#include "web/cookie_pairs.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// The cookies that a request with these fields has, as "name=value" joined by '|'.
std::string cookies_in(const std::vector<weft::header_field>& fields) {
  std::string all;
  weft::detail::cookie_pairs pairs(fields);
  while (pairs.next()) {
    if (!all.empty()) all += '|';
    all.append(pairs.name()).append("=").append(pairs.value());
  }
  return all;
}

std::string cookies_in(std::string_view value) { return cookies_in({{"Cookie", value}}); }

std::string error_of(const answer& a) {
  const auto error = a.json().at("errors").at(0).as_object();
  return std::string(error.at("cookie").as_string()) + " " +
         std::string(error.at("message").as_string());
}

TEST_CASE("a Cookie field is read as RFC 6265 says, and what is no cookie is passed over") {
  struct row {
    std::string_view field;
    std::string_view cookies;
  };
  const row rows[] = {
      {"", ""},
      {"a=1", "a=1"},
      {"a=1; b=2", "a=1|b=2"},
      {"a=1;b=2 ;\t c=3;", "a=1|b=2|c=3"},
      {"a=", "a="},
      {"a=b=c", "a=b=c"},
      {"a=\"1\"", "a=1"},
      {"a=\"\"", "a="},
      {"!#$%&'*+-.^_`|~=x", "!#$%&'*+-.^_`|~=x"},
      {"a=!#$%&'()*+-./:<=>?@[]^_`{|}~", "a=!#$%&'()*+-./:<=>?@[]^_`{|}~"},
      {"A=1; a=2", "A=1|a=2"},
      {"a=1; a=2", "a=1|a=2"},
      // No cookies, beside one that is.
      {"; ;;a=1", "a=1"},
      {"name; a=1", "a=1"},
      {"=1; a=1", "a=1"},
      {"b c=1; a=1", "a=1"},
      {"b =1; a=1", "a=1"},
      {"b= 1; a=1", "a=1"},
      {"b=x y; a=1", "a=1"},
      {"b=x,y; a=1", "a=1"},
      {"b=x\\y; a=1", "a=1"},
      {"b=\"; a=1", "a=1"},
      {"b=\"x; a=1", "a=1"},
      {"b=x\"; a=1", "a=1"},
      {"b=\"x\"y\"; a=1", "a=1"},
      {"b=\x7f; a=1", "a=1"},
      {"b=\xc3\xa9; a=1", "a=1"},
      {"b\xc3\xa9=1; a=1", "a=1"},
      {"(b)=1; a=1", "a=1"},
      // The old grammar, in which a quoted string goes on over a semicolon.
      {"b=\"1; session=evil; c=2\"; a=1", "session=evil|a=1"},
      {"$Version=1; b=\"dummy; a=1", "$Version=1|a=1"},
  };
  for (const auto& row : rows) {
    INFO("field " << row.field);
    CHECK(cookies_in(row.field) == row.cookies);
  }
}

TEST_CASE("cookies come in any number of fields, in their order") {
  CHECK(cookies_in({{"Cookie", "a=1"}, {"Accept", "x=9"}, {"cookie", "b=2; c=3"}}) ==
        "a=1|b=2|c=3");
  CHECK(cookies_in({{"Cookie", ""}, {"COOKIE", "a=1"}, {"Cookie", " ; "}}) == "a=1");
  CHECK(cookies_in({{"Set-Cookie", "a=1"}, {"Cookie2", "b=2"}}).empty());
}

TEST_CASE("a bounded number of cookies is looked at") {
  std::string field;
  for (std::size_t i = 1; i < weft::max_cookies; ++i) field += i % 2 != 0 ? "x=1;" : "junk;";
  weft::request req;
  const auto found = [&](const std::string& text) {
    const weft::header_field fields[] = {{"Cookie", text}};
    req.set_headers(fields);
    return weft::find_cookie(req, "a").has_value();
  };
  CHECK(found(field + "a=1"));
  CHECK_FALSE(found(field + "x=1;a=1"));
  CHECK_FALSE(found(field + "junk;a=1"));

  weft::app app;
  app.get("/", [](weft::cookie<"a", std::optional<std::string>> a) { return a->value_or("none"); });
  client web(app);
  CHECK(web.get("/", {{"Cookie", field + "a=1"}}).body == "1");
  const auto refused = web.get("/", {{"Cookie", field + "x=1;a=1"}});
  CHECK(refused.status == 400);
  CHECK(error_of(refused) == "a is not among the first 256 cookies");
}

TEST_CASE("a cookie is found by its name, which counts letter by letter, and the first one wins") {
  weft::request req;
  const weft::header_field fields[] = {{"Cookie", "a=near; A=large"}, {"Cookie", "a=far; b=\"q\""}};
  req.set_headers(fields);
  CHECK(weft::find_cookie(req, "a") == "near");
  CHECK(weft::find_cookie(req, "A") == "large");
  CHECK(weft::find_cookie(req, "b") == "q");
  CHECK(weft::find_cookie(req, "c") == std::nullopt);
  CHECK(weft::find_cookie(req, "") == std::nullopt);
}

TEST_CASE("a handler takes a cookie that is required, optional or defaulted") {
  weft::app app;
  // [cookie]
  app.get("/rows", [](weft::cookie<"session"> session, weft::cookie<"page-size", int, 20> size,
                      weft::cookie<"theme", std::optional<std::string>> theme) {
    return *session + ' ' + std::to_string(*size) + ' ' + theme->value_or("plain");
  });
  // [/cookie]
  client web(app);
  CHECK(web.get("/rows", {{"Cookie", "session=s1"}}).body == "s1 20 plain");
  CHECK(web.get("/rows", {{"Cookie", "theme=dark; page-size=5; session=\"s2\""}}).body ==
        "s2 5 dark");
  CHECK(web.get("/rows", {{"Cookie", "session="}}).body == " 20 plain");
  CHECK(web.get("/rows", {{"Cookie", "session=a; session=b"}, {"Cookie", "session=c"}}).body ==
        "a 20 plain");
}

TEST_CASE("a cookie that is missing or does not fit is a 400 that names it") {
  weft::app app;
  app.get("/", [](weft::cookie<"session">, weft::cookie<"size", int, 20> size,
                  weft::cookie<"count", std::optional<int>>) { return std::to_string(*size); });
  client web(app);
  const auto missing = web.get("/");
  CHECK(missing.status == 400);
  CHECK(error_of(missing) == "session is required");
  CHECK(error_of(web.get("/", {{"Cookie", "session=two words"}})) == "session is required");
  CHECK(error_of(web.get("/", {{"Cookie", "session=s; size=x"}})) == "size must be an integer");
  CHECK(error_of(web.get("/", {{"Cookie", "session=s; size="}})) == "size must be an integer");
  const auto all = web.get("/", {{"Cookie", "size=99999999999; count=1.5"}});
  CHECK(all.json().at("errors").as_array().size() == 3);
}

}  // namespace
