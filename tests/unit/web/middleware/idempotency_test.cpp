#include "unit/web/support/client.hpp"
#include "web/kept_answers.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using weft::detail::kept_answer;
using weft::detail::kept_answers;

namespace {

header_list with_key(const std::string& key, const std::string& authorization = {}) {
  header_list all = {{"Idempotency-Key", key}};
  if (!authorization.empty()) all.emplace_back("Authorization", authorization);
  return all;
}

struct counted {
  std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);

  weft::response operator()() const {
    weft::response res(weft::http_status::created);
    res.set_header("Location", "/orders/" + std::to_string(++*calls));
    res.set_content_type("text/plain");
    res.body().append("order");
    return res;
  }
};

std::shared_ptr<const kept_answer> answer_of(std::size_t bytes) {
  weft::response res;
  res.body().append(std::string(bytes, 'x'));
  return std::make_shared<const kept_answer>(res);
}

}  // namespace

TEST_CASE("what is asked for again is done once") {
  weft::app app;
  counted handler;
  // [idempotency]
  app.use(weft::idempotency());
  app.post("/orders", handler);
  // [/idempotency]
  client web(app);
  const auto first = web.post("/orders", "one", with_key("k1"));
  CHECK(first.status == 201);
  CHECK(first.header("Idempotency-Replayed").empty());
  for (int i = 0; i < 3; ++i) {
    const auto again = web.post("/orders", "one", with_key("k1"));
    CHECK(again.status == 201);
    CHECK(again.body == "order");
    CHECK(again.header("Location") == first.header("Location"));
    CHECK(again.header("Content-Type") == "text/plain");
    CHECK(again.header("Idempotency-Replayed") == "true");
  }
  CHECK(*handler.calls == 1);
  CHECK(web.post("/orders", "one", with_key("k2")).header("Location") == "/orders/2");
  CHECK(web.post("/orders", "one").header("Location") == "/orders/3");
  CHECK(web.post("/orders", "one").header("Location") == "/orders/4");
}

TEST_CASE("a key belongs to one request and to one owner") {
  weft::app app;
  counted handler;
  app.use(weft::idempotency());
  app.post("/orders", handler);
  app.patch("/orders", handler);
  client web(app);
  CHECK(web.post("/orders", "one", with_key("k")).status == 201);
  CHECK(web.post("/orders", "two", with_key("k")).status == 422);
  CHECK(web.post("/orders?x=1", "one", with_key("k")).status == 422);
  CHECK(web.ask("PATCH", "/orders", "one", with_key("k")).status == 422);
  CHECK(*handler.calls == 1);
  const auto other = web.post("/orders", "one", with_key("k", "Bearer b"));
  CHECK(other.header("Location") == "/orders/2");
  CHECK(other.header("Idempotency-Replayed").empty());
}

TEST_CASE("an owner is who the app says") {
  weft::app app;
  counted handler;
  weft::idempotency_options options;
  options.owner = [](weft::context& ctx) {
    return std::string(ctx.request().header("X-User").value_or(""));
  };
  app.use(weft::idempotency(options));
  app.post("/orders", handler);
  client web(app);
  for (const std::string user : {"ada", "bob", "ada", "bob"}) {
    auto headers = with_key("k", "Bearer " + user + std::to_string(*handler.calls));
    headers.emplace_back("X-User", user);
    CHECK(web.post("/orders", "", headers).status == 201);
  }
  CHECK(*handler.calls == 2);
}

TEST_CASE("what failed may be tried again") {
  weft::app app;
  auto calls = std::make_shared<std::atomic<int>>(0);
  app.use(weft::idempotency());
  app.post("/fails", [calls]() -> std::string {
    if (++*calls % 2 == 1) throw std::runtime_error("once");
    return "done";
  });
  app.post("/busy", [calls]() -> std::string {
    ++*calls;
    throw weft::http_error(weft::http_status::too_many_requests);
  });
  app.post("/refused", [calls]() -> std::string {
    ++*calls;
    throw weft::http_error(weft::http_status::conflict, "No.");
  });
  client web(app);
  CHECK(web.post("/fails", "", with_key("a")).status == 500);
  CHECK(web.post("/fails", "", with_key("a")).body == "done");
  CHECK(web.post("/fails", "", with_key("a")).body == "done");
  CHECK(*calls == 2);
  for (int i = 0; i < 2; ++i) CHECK(web.post("/busy", "", with_key("b")).status == 429);
  CHECK(*calls == 4);
  for (int i = 0; i < 2; ++i) {
    const auto refused = web.post("/refused", "", with_key("c"));
    CHECK(refused.status == 409);
    CHECK(refused.json().at("detail") == "No.");
  }
  CHECK(*calls == 5);
}

TEST_CASE("methods that may be repeated anyway need no key") {
  weft::app app;
  auto calls = std::make_shared<std::atomic<int>>(0);
  weft::idempotency_options options;
  options.required = true;
  app.use(weft::idempotency(options));
  const auto count = [calls] { return std::to_string(++*calls); };
  app.get("/", count);
  app.put("/", count);
  app.post("/", count);
  client web(app);
  CHECK(web.get("/", with_key("k")).body == "1");
  CHECK(web.get("/", with_key("k")).body == "2");
  CHECK(web.ask("PUT", "/").body == "3");
  CHECK(web.post("/", "").status == 400);
  CHECK(web.post("/", "", with_key("k")).body == "4");
}

TEST_CASE("a key that is none is refused") {
  weft::app app;
  counted handler;
  app.use(weft::idempotency());
  app.post("/orders", handler);
  client web(app);
  for (const std::string& key : {std::string(), std::string("a b"), std::string("a\tb"),
                                 std::string("\xC3\xA9"), std::string(256, 'k')}) {
    INFO("key " << key);
    CHECK(web.post("/orders", "", with_key(key)).status == 400);
  }
  CHECK(*handler.calls == 0);
  CHECK(web.post("/orders", "", with_key(std::string(255, 'k'))).status == 201);
}

TEST_CASE("a second request while the first is under way is told to wait") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    weft::app app;
    weft::event goes_on;
    weft::event has_begun;
    app.use(weft::idempotency());
    app.post("/slow", [&]() -> weft::task<std::string> {
      has_begun.set();
      (void)co_await goes_on.wait();
      co_return "done";
    });
    std::string trail;
    const auto ask = [](weft::app* to, std::string* out) -> weft::task<> {
      const std::vector<weft::header_field> fields = {{"Idempotency-Key", "k"}};
      weft::request req;
      req.set_method(weft::http_method::post, "POST");
      req.set_target("/slow", "/slow", {});
      req.set_headers(fields);
      weft::response res;
      co_await to->handle(req, res);
      *out += std::to_string(static_cast<int>(res.status())) + ' ';
    };
    const auto both = [](auto asks, weft::app* to, std::string* out, weft::event* begun,
                         weft::event* go_on) -> weft::task<> {
      weft::task_group group;
      std::string first;
      group.go(asks(to, &first));
      (void)co_await begun->wait();
      co_await asks(to, out);
      go_on->set();
      co_await group.join();
      *out += first;
      co_await asks(to, out);
    };
    weft::test::run_under(m, both(ask, &app, &trail, &has_begun, &goes_on));
    CHECK(trail == "409 200 200 ");
  }
}

TEST_CASE("answers are kept for their time, and the oldest go where there are too many") {
  constexpr weft::time_point begin{1h};
  using state = kept_answers::state;
  kept_answers all(10'000, 10s);
  CHECK(all.claim("a", 1, begin).what == state::claimed);
  CHECK(all.claim("a", 1, begin).what == state::under_way);
  CHECK(all.claim("a", 2, begin).what == state::another);
  all.keep("a", answer_of(1000), begin);
  CHECK(all.claim("a", 1, begin + 10s - 1ns).what == state::kept);
  CHECK(all.claim("a", 1, begin + 10s).what == state::claimed);
  all.drop("a");
  CHECK(all.claim("a", 2, begin + 10s).what == state::claimed);
  all.keep("a", answer_of(4000), begin + 10s);
  for (const std::string key : {"b", "c"}) {
    CHECK(all.claim(key, 1, begin + 11s).what == state::claimed);
    all.keep(key, answer_of(4000), begin + 11s);
  }
  CHECK(all.claim("b", 1, begin + 12s).what == state::kept);
  CHECK(all.claim("c", 1, begin + 12s).what == state::kept);
  CHECK(all.claim("a", 2, begin + 12s).what == state::claimed);
  CHECK(all.claim("big", 1, begin + 12s).what == state::claimed);
  all.keep("big", answer_of(50'000), begin + 12s);  // there is no room for it
  CHECK(all.claim("big", 1, begin + 12s).what == state::claimed);
}

TEST_CASE("an answer without a body takes room, too") {
  constexpr weft::time_point begin{1h};
  kept_answers all(10'000, 10s);
  int kept = 0;
  for (int i = 0; i < 100; ++i) {
    const auto key = std::to_string(i);
    CHECK(all.claim(key, 1, begin).what == kept_answers::state::claimed);
    all.keep(key, answer_of(0), begin);
  }
  for (int i = 0; i < 100; ++i)
    if (all.claim(std::to_string(i), 1, begin).what == kept_answers::state::kept) ++kept;
  CHECK(kept > 10);
  CHECK(kept < 50);
}

TEST_CASE("a key is that of who an API key was found to be") {
  weft::app app;
  counted handler;
  app.use(weft::api_key_auth([](std::string_view key) -> std::optional<int> {
    return key.empty() ? std::nullopt : std::optional<int>(1);
  }));
  app.use(weft::idempotency());
  app.post("/orders", handler);
  client web(app);
  for (const std::string user : {"ada", "bob", "ada", "bob"}) {
    const header_list headers = {{"Idempotency-Key", "k"}, {"X-API-Key", user}};
    CHECK(web.post("/orders", "", headers).status == 201);
  }
  CHECK(*handler.calls == 2);
}

TEST_CASE("idempotency: to keep nothing is refused") {
  CHECK_THROWS_AS(weft::idempotency({.keeps_for = 0s}), std::invalid_argument);
  CHECK_THROWS_AS(weft::idempotency({.most_bytes = 0}), std::invalid_argument);
}
