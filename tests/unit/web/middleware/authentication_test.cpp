#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace {

struct person {
  std::string name;
};

header_list authorization(const std::string& value) { return {{"Authorization", value}}; }

// [basic]
std::optional<person> find_person(const std::string& name, const std::string& password) {
  if (name != "ada" || !weft::equal_secrets(password, "let:me in")) return std::nullopt;
  return person{"Ada"};
}

std::string greet(weft::authenticated<person> who) { return "Hello " + who->name; }

void add_private_pages(weft::app& app) {
  app.group("/private").use(weft::basic_auth(find_person)).get("/me", greet);
}
// [/basic]

const std::string good_basic = "Basic YWRhOmxldDptZSBpbg==";  // "ada:let:me in"

std::string greet_anybody(const weft::context& ctx) {
  const auto* const known = ctx.find_local<person>();
  return known != nullptr ? "Hello " + known->name : "Hello stranger";
}

std::optional<person> find_by_token(const std::string& token) {
  return token == "t0k.en-_~+/=" ? std::optional(person{"Ada"}) : std::nullopt;
}

weft::app& with_tokens(weft::app& app, bool optional) {
  app.use(weft::bearer_auth(find_by_token, {.realm = "api", .optional = optional}));
  app.get("/me", greet);
  app.get("/any", greet_anybody);
  return app;
}

}  // namespace

TEST_CASE("who has a name and a password is known to the handler") {
  weft::app app;
  add_private_pages(app);
  client web(app);
  for (const std::string scheme : {"Basic", "basic", "BASIC", "Basic "}) {
    const auto got = web.get("/private/me", authorization(scheme + good_basic.substr(5)));
    CHECK(got.body == "Hello Ada");
    CHECK(got.header("WWW-Authenticate").empty());
  }
  const auto asked = web.get("/private/me");
  CHECK(asked.status == 401);
  CHECK(asked.header("WWW-Authenticate") == R"(Basic realm="restricted", charset="UTF-8")");
  CHECK(asked.json().at("detail") == "This needs credentials.");
  CHECK(web.post("/private/me", "").status == 401);
}

TEST_CASE("credentials that are not whole and right are refused") {
  weft::app app;
  auto calls = std::make_shared<int>(0);
  app.use(weft::basic_auth([calls](const std::string& name, const std::string& password) {
    ++*calls;
    return find_person(name, password);
  }));
  app.get("/", greet);
  client web(app);
  for (const std::string malformed :
       {"Basic", "Basic ", "Basic YWRhOmxldDptZSBpbg", "Basic YWRhOmxldDptZSBpbh==", "Basic !!!!",
        "Basic YWRh", "Basic YWRhOmwACg==", "Basic YWRhOv8=", "Basic YWRhOmxldDptZSBpbg== x",
        "Basic YWRhOmxldDptZSBpbg==,Basic YWRhOmxldDptZSBpbg=="}) {
    INFO("value " << malformed);
    const auto refused = web.get("/", authorization(malformed));
    CHECK(refused.status == 401);
    CHECK(refused.json().at("detail") == "The credentials are not good.");
  }
  for (const std::string other :
       {"Basicx YWRhOmxldDptZSBpbg==", "Bearer abc", "", "YWRhOmxldA=="}) {
    INFO("value " << other);
    CHECK(web.get("/", authorization(other)).json().at("detail") == "This needs credentials.");
  }
  const header_list twice = {{"Authorization", good_basic}, {"authorization", good_basic}};
  CHECK(web.get("/", twice).status == 401);
  CHECK(*calls == 0);
  for (const std::string wrong :
       {"Basic YWRhOg==", "Basic Og==", "Basic OmxldDptZSBpbg==", "Basic YWRhOmxldDptZSBpbiA="}) {
    INFO("value " << wrong);
    CHECK(web.get("/", authorization(wrong)).status == 401);
  }
  CHECK(*calls == 4);
}

TEST_CASE("a token is looked up by a function that waits") {
  weft::app app;
  // [bearer]
  app.use(weft::bearer_auth([](std::string token) -> weft::task<std::optional<person>> {
    co_await weft::yield();  // or a database
    if (!weft::equal_secrets(token, "0123456789abcdef")) co_return std::nullopt;
    co_return person{"Ada"};
  }));
  // [/bearer]
  app.get("/", greet);
  client web(app);
  CHECK(web.get("/", authorization("Bearer 0123456789abcdef")).body == "Hello Ada");
  const auto wrong = web.get("/", authorization("Bearer 0123456789abcdeF"));
  CHECK(wrong.status == 401);
  CHECK(wrong.header("WWW-Authenticate") == R"(Bearer realm="restricted", error="invalid_token")");
  CHECK(web.get("/").header("WWW-Authenticate") == R"(Bearer realm="restricted")");
}

TEST_CASE("a token has the characters of one") {
  weft::app app;
  client web(with_tokens(app, false));
  CHECK(web.get("/me", authorization("bearer t0k.en-_~+/=")).body == "Hello Ada");
  for (const std::string bad : {"Bearer", "Bearer ", "Bearer =", "Bearer a b", "Bearer a=b",
                                "Bearer \"a\"", "Bearer a,b", "Bearer \xC3\xA9"}) {
    INFO("value " << bad);
    CHECK(web.get("/me", authorization(bad)).status == 401);
  }
}

TEST_CASE("where credentials are optional, handlers decide, and wrong ones are refused") {
  weft::app app;
  client web(with_tokens(app, true));
  CHECK(web.get("/any").body == "Hello stranger");
  CHECK(web.get("/any", authorization("Bearer t0k.en-_~+/=")).body == "Hello Ada");
  CHECK(web.get("/any", authorization("Bearer wrong")).status == 401);
  const auto asked = web.get("/me");
  CHECK(asked.status == 401);
  CHECK(asked.header("WWW-Authenticate") == R"(Bearer realm="api")");
  CHECK(web.get("/me", authorization("Bearer t0k.en-_~+/=")).body == "Hello Ada");
}

TEST_CASE("a key has a header of its own") {
  weft::app app;
  // [api_key]
  app.use(weft::api_key_auth([](const std::string& key) -> std::optional<person> {
    if (!weft::equal_secrets(key, "0123456789abcdef")) return std::nullopt;
    return person{"a program of Ada"};
  }));
  // [/api_key]
  app.get("/", greet);
  client web(app);
  const auto got = web.get("/", {{"x-api-key", "0123456789abcdef"}});
  CHECK(got.body == "Hello a program of Ada");
  CHECK(got.header("Vary") == "X-API-Key");
  for (const auto& headers :
       {header_list{}, header_list{{"X-API-Key", ""}}, header_list{{"X-API-Key", "x"}},
        header_list{{"X-API-Key", "0123456789abcdef"}, {"X-API-Key", "0123456789abcdef"}},
        authorization("ApiKey 0123456789abcdef")}) {
    const auto refused = web.get("/", headers);
    CHECK(refused.status == 401);
    CHECK(refused.header("WWW-Authenticate") == R"(ApiKey realm="restricted")");
  }
}

TEST_CASE("two ways to say who asks stand behind each other") {
  weft::app app;
  app.use(weft::basic_auth(find_person, {.optional = true}));
  app.use(weft::bearer_auth(find_by_token, {.optional = true}));
  app.get("/", greet);
  client web(app);
  CHECK(web.get("/", authorization(good_basic)).body == "Hello Ada");
  CHECK(web.get("/", authorization("Bearer t0k.en-_~+/=")).body == "Hello Ada");
  const auto asked = web.get("/");
  CHECK(asked.status == 401);
  int challenges = 0;
  for (const auto& field : asked.whole.headers())
    if (field.name == "WWW-Authenticate") ++challenges;
  CHECK(challenges == 2);
}

TEST_CASE("a check that fails is the server's failure") {
  weft::app app;
  app.use(weft::bearer_auth([](const std::string&) -> std::optional<person> {
    throw std::runtime_error("no database");
  }));
  app.get("/", greet);
  client web(app);
  CHECK(web.get("/", authorization("Bearer x")).status == 500);
}

TEST_CASE("a user without an authentication is the server's mistake") {
  weft::app app;
  app.get("/", greet);
  client web(app);
  CHECK(web.get("/").status == 500);
}

TEST_CASE("a realm that would break the field is refused") {
  for (const std::string& realm :
       {std::string("a\"b"), std::string("a\\b"), std::string("a\r\nb"), std::string("a\0b", 3)}) {
    CHECK_THROWS_AS(weft::basic_auth(find_person, {.realm = realm}), std::invalid_argument);
  }
  CHECK_THROWS_AS(weft::api_key_auth(find_by_token, {.header = "X Key"}), std::invalid_argument);
}
