#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <stdexcept>
#include <string>

namespace {

bool is_generated(const std::string& id) {
  return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == id.npos;
}

}  // namespace

TEST_CASE("each request has an id that the handler and the client know") {
  weft::app app;
  // [request_ids]
  app.use(weft::request_ids());
  app.get("/", [](weft::local<weft::request_id> id) { return "You are " + id->text(); });
  // [/request_ids]
  client web(app);
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const auto answer = web.get("/", {{"X-Request-ID", "mine"}});
    const auto id = answer.header("X-Request-ID");
    CHECK(is_generated(id));
    CHECK(answer.body == "You are " + id);
    ids.insert(id);
  }
  CHECK(ids.size() == 100);
  CHECK(is_generated(web.get("/nowhere").header("X-Request-ID")));
}

TEST_CASE("an id of a trusted proxy is taken over where it is one") {
  weft::app app;
  app.use(weft::request_ids({.header = "X-Correlation-ID", .takes_over = true}));
  app.get("/", [](weft::local<weft::request_id> id) { return id->text(); });
  client web(app);
  for (const std::string& sent :
       {std::string("a"), std::string("Root=1-67891233-abcdef01234"), std::string(128, 'x')}) {
    INFO("sent " << sent);
    const auto answer = web.get("/", {{"X-Correlation-ID", sent}});
    CHECK(answer.body == sent);
    CHECK(answer.header("X-Correlation-ID") == sent);
  }
  for (const std::string& sent :
       {std::string(), std::string(129, 'x'), std::string("a b"), std::string("a\"b"),
        std::string("<script>"), std::string("\xC3\xA9")}) {
    INFO("sent " << sent);
    CHECK(is_generated(web.get("/", {{"X-Correlation-ID", sent}}).body));
  }
}

TEST_CASE("a request that is asked for again keeps its id") {
  weft::app app;
  app.use([](const weft::request& req, weft::next next) -> weft::task<weft::response> {
    const auto first = co_await next(req);
    auto second = co_await next(req);
    second.set_header("X-First", first.header("X-Request-ID").value_or(""));
    co_return second;
  });
  app.use(weft::request_ids());
  app.get("/", [] { return ""; });
  client web(app);
  const auto answer = web.get("/");
  CHECK(is_generated(answer.header("X-First")));
  CHECK(answer.header("X-First") == answer.header("X-Request-ID"));
}

TEST_CASE("request ids: a header that is none is refused") {
  CHECK_THROWS_AS(weft::request_ids({.header = "X Request"}), std::invalid_argument);
}
