#include "unit/web/support/client.hpp"
#include "web/failure.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <optional>
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

TEST_CASE("an error says in its body which request it was") {
  weft::app app;
  app.use([](const weft::request& req, weft::next next) -> weft::task<weft::response> {
    if (req.header("X-Outside")) throw weft::http_error(weft::http_status::forbidden);
    co_return co_await next(req);
  });
  app.use(weft::request_ids());
  app.use([](const weft::request& req, weft::next next) -> weft::task<weft::response> {
    if (req.header("X-Inside")) throw weft::http_error(weft::http_status::forbidden);
    co_return co_await next(req);
  });
  app.get("/http",
          []() -> std::string { throw weft::http_error(weft::http_status::gone, "Out."); });
  app.get("/std", []() -> weft::task<std::string> {
    throw std::runtime_error("secret");
    co_return "";
  });
  app.get("/code", []() -> weft::result<std::string> {
    return make_error_code(weft::http_status::conflict);
  });
  app.get("/none", []() -> std::optional<std::string> { return std::nullopt; });
  app.get("/bad/{n}", [](weft::path<int>) { return ""; });
  client web(app);
  for (const std::string path : {"/http", "/std", "/code", "/none", "/bad/x", "/nowhere", "/%zz"}) {
    INFO("path " << path);
    const auto failed = web.get(path);
    CHECK(failed.content_type == "application/problem+json");
    CHECK(failed.json().at("request_id").as_string() == failed.header("X-Request-ID"));
  }
  CHECK(web.post("/http", "").json().as_object().contains("request_id"));
  CHECK(web.get("/http", {{"X-Inside", "1"}}).json().as_object().contains("request_id"));
  CHECK_FALSE(web.get("/http", {{"X-Outside", "1"}}).json().as_object().contains("request_id"));
}

TEST_CASE("the line of an error in the log has the id, with control bytes escaped") {
  const weft::detail::state_table states;
  weft::request req;
  req.set_method(weft::http_method::get, "GET");
  req.set_target("/items", "/items", {});
  weft::response res;
  weft::context ctx(states, req, res);
  CHECK(weft::detail::failure_line(ctx, "it failed") == "weft: GET /items: it failed\n");
  ctx.put_local(weft::request_id("7\nweft: forged"));
  CHECK(weft::detail::failure_line(ctx, "it failed") ==
        "weft: GET /items [7\\x0aweft: forged]: it failed\n");
}
