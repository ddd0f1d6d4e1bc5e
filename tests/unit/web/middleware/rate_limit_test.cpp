#include "unit/http/running_server.hpp"
#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

weft::rate_limit_options so_many(std::uint64_t requests) {
  weft::rate_limit_options options;
  options.rate.requests = requests;
  options.rate.per = 1h;
  return options;
}

/// As a shared store would: remembers its keys, and allows one request.
class scripted_store final : public weft::rate_limit_store {
public:
  weft::task<weft::rate_verdict> take(std::string_view key, const weft::request_rate&) override {
    keys += std::string(key) + '\n';
    co_await weft::yield();
    if (fails) throw std::runtime_error("no connection");
    weft::rate_verdict verdict;
    verdict.allowed = false;
    verdict.reset = 1500ms;
    verdict.retry_after = 1ms;
    co_return verdict;
  }
  std::string keys;
  bool fails = false;
};

}  // namespace

TEST_CASE("who asks too often is told when to come again") {
  weft::app app;
  auto calls = std::make_shared<int>(0);
  // [rate_limit]
  app.use(weft::rate_limit({.rate = {.requests = 2, .per = 1h}}));
  // [/rate_limit]
  app.get("/", [calls] { return std::to_string(++*calls); });
  client web(app);
  const auto first = web.get("/");
  CHECK(first.body == "1");
  CHECK(first.header("RateLimit-Policy") == R"("default";q=2;w=3600)");
  CHECK_THAT(first.header("RateLimit"), StartsWith(R"("default";r=1;t=)"));
  CHECK(first.header("Retry-After").empty());
  CHECK(web.get("/nowhere").status == 404);
  const auto refused = web.get("/");
  CHECK(refused.status == 429);
  CHECK(refused.content_type == "application/problem+json");
  CHECK_THAT(refused.header("RateLimit"), StartsWith(R"("default";r=0;t=)"));
  const int wait = std::stoi(refused.header("Retry-After"));
  CHECK(wait > 1700);
  CHECK(wait <= 1800);
  CHECK(*calls == 1);
}

TEST_CASE("a key of one's own: users have limits each, and some have none") {
  weft::app app;
  auto options = so_many(1);
  // [key]
  options.key = [](weft::context& ctx) -> std::optional<std::string> {
    const auto user = ctx.request().header("X-User");
    if (user == "admin") return std::nullopt;  // no limit
    return std::string(user.value_or("nobody"));
  };
  // [/key]
  app.use(weft::rate_limit(options));
  app.get("/", [] { return ""; });
  client web(app);
  for (const std::string user : {"ada", "bob", ""}) {
    CHECK(web.get("/", {{"X-User", user}}).status == 200);
    CHECK(web.get("/", {{"X-User", user}}).status == 429);
  }
  for (int i = 0; i < 5; ++i) {
    const auto free = web.get("/", {{"X-User", "admin"}});
    CHECK(free.status == 200);
    CHECK(free.header("RateLimit").empty());
  }
}

TEST_CASE("two limits behind each other both hold") {
  weft::app app;
  auto hour = so_many(3);
  hour.name = "hour";
  auto few = so_many(1);
  few.name = "few";
  app.use(weft::rate_limit(hour));
  app.get("/a", [] { return ""; }).use(weft::rate_limit(few));
  app.get("/b", [] { return ""; });
  client web(app);
  const auto first = web.get("/a");
  int fields = 0;
  for (const auto& field : first.whole.headers()) fields += field.name == "RateLimit";
  CHECK(fields == 2);
  CHECK(web.get("/a").status == 429);
  CHECK(web.get("/b").status == 200);
  CHECK(web.get("/b").status == 429);
}

TEST_CASE("a store of one's own is asked with the name of the limit") {
  weft::app app;
  const auto store = std::make_shared<scripted_store>();
  auto options = so_many(1);
  options.store = store;
  options.name = "api";
  app.use(weft::rate_limit(options));
  client web(app);
  const auto refused = web.get("/");
  CHECK(refused.status == 429);
  CHECK(refused.header("RateLimit") == R"("api";r=0;t=2)");
  CHECK(refused.header("Retry-After") == "1");
  CHECK(store->keys == "api \n");
  store->fails = true;
  CHECK(web.get("/").status == 500);
}

TEST_CASE("clients are told apart by their addresses, which they cannot make up") {
  weft::test::under_each_model([]() -> weft::task<> {
    weft::app app;
    app.use(weft::rate_limit(so_many(1)));
    app.trust_proxies({"127.0.0.1"});
    app.get("/", [](weft::context& ctx) { return *weft::by_client_address(ctx); });
    weft::test::running_server server(weft::test::on_a_free_port(), &app);
    server.start();
    std::string trail;
    const std::vector<std::string> proxied = {"",
                                              "X-Forwarded-For: 192.0.2.7\r\n",
                                              "X-Forwarded-For: 203.0.113.9, 192.0.2.7\r\n",
                                              "X-Forwarded-For: 2001:db8::1\r\n",
                                              "X-Forwarded-For: 2001:db8::ffff:2\r\n",
                                              "X-Forwarded-For: 2001:db8:0:1::1\r\n",
                                              "Forwarded: for=192.0.2.8\r\n"};
    for (const auto& by : proxied) {
      const auto answer =
          co_await weft::test::exchange(server, weft::test::get("/", by + weft::test::last));
      trail += answer.starts_with("HTTP/1.1 200") ? '+' : '-';
    }
    CHECK(trail == "++-+-+-");
    co_await server.stop();
  });
}

TEST_CASE("rates and names that make no sense are refused") {
  auto none = so_many(0);
  CHECK_THROWS_AS(weft::rate_limit(none), std::invalid_argument);
  auto at_once = so_many(1);
  at_once.rate.per = 0s;
  CHECK_THROWS_AS(weft::rate_limit(at_once), std::invalid_argument);
  auto too_fast = so_many(2);
  too_fast.rate.per = 1ns;
  CHECK_THROWS_AS(weft::rate_limit(too_fast), std::invalid_argument);
  auto no_key = so_many(1);
  no_key.key = nullptr;
  CHECK_THROWS_AS(weft::rate_limit(no_key), std::invalid_argument);
  for (const std::string name : {"", "a\"b", "a\\b", "a\r\nb", "\xC3\xA9"}) {
    auto named = so_many(1);
    named.name = name;
    CHECK_THROWS_AS(weft::rate_limit(named), std::invalid_argument);
  }
}
