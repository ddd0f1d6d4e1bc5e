#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>
#include <utility>

namespace {

// [extractor]
struct account {
  /// As from a database.
  static weft::task<std::optional<account>> extract(weft::context& ctx) {
    const auto session = weft::find_cookie(ctx.request(), "session");
    co_await weft::yield();
    if (session == "s1") co_return account("ann");
    ctx.reject(weft::http_status::unauthorized, std::string("Log in first."));
    co_return std::nullopt;
  }

  explicit account(std::string of) : name(std::move(of)) {}
  std::string name;
};
// [/extractor]

int asked = 0;

struct counted {
  static weft::task<std::optional<counted>> extract(weft::context&) {
    ++asked;
    co_return counted{};
  }
};

TEST_CASE("an extractor that waits works for plain handlers and for coroutines") {
  weft::app app;
  app.get("/plain/{n}",
          [](account who, weft::path<int> n) { return who.name + std::to_string(*n); });
  app.get("/task/{n}", [](weft::path<int> n, account who) -> weft::task<std::string> {
    co_await weft::yield();
    co_return who.name + std::to_string(*n);
  });
  app.get("/void", [](account) {});
  client web(app);
  const header_list known = {{"Cookie", "session=s1"}};
  CHECK(web.get("/plain/1", known).body == "ann1");
  CHECK(web.get("/task/2", known).body == "ann2");
  CHECK(web.get("/void", known).status == 204);
  for (auto target : {"/plain/1", "/task/2", "/void"}) {
    const auto refused = web.get(target);
    CHECK(refused.status == 401);
    CHECK(refused.json().at("detail") == "Log in first.");
  }
}

TEST_CASE("an extractor that waits is not asked where something is rejected already") {
  weft::app app;
  app.get("/{n}", [](account, counted, weft::path<int>) {});
  client web(app);
  asked = 0;
  CHECK(web.get("/x", {{"Cookie", "session=s1"}}).status == 400);
  CHECK(web.get("/1").status == 401);
  CHECK(asked == 0);
  CHECK(web.get("/1", {{"Cookie", "session=s1"}}).status == 204);
  CHECK(asked == 1);
}

}  // namespace
