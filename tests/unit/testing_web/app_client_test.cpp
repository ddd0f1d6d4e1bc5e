#include "each_client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using weft::condition;
using weft::http::client_request;
using weft::task;
using weft::testing::app_client;
using weft::testing::in_process;
using weft::testing::json_request;
using weft::testing::over_socket;
using weft::testing::user_agent;

namespace {

struct note {
  std::string text;
  int stars = 0;
};
BOOST_DESCRIBE_STRUCT(note, (), (text, stars))

void add_routes(weft::app& app) {
  app.get("/hello/{name}", [](weft::path<std::string> name) { return "Hello, " + *name; });
  app.get("/query", [](weft::query_value<"q"> q) { return *q; });
  app.post("/notes", [](weft::json<note> sent) { return weft::created(*sent, "/notes/1"); });
  app.post("/echo", [](weft::body text) { return *text; });
  app.del("/notes/{id}", [](weft::path<int>) { return weft::no_content(); });
  app.get("/token", [](weft::header<"Authorization"> token) { return *token; });
  app.get("/host", [](const weft::request& req) { return std::string(req.host()); });
  app.get("/agent", [](weft::header<"User-Agent"> who) { return *who; });
  app.get("/throw", []() -> std::string { throw std::runtime_error("private words"); });
}

}  // namespace

TEST_CASE("an app answers its test the same by every way and under every model") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    const auto hello = client.get("/hello/you");
    CHECK(hello.code() == 200);
    CHECK(hello.body() == "Hello, you");
    CHECK(hello.header("content-type") == "text/plain; charset=utf-8");
    CHECK(hello.header("Content-Length") == "10");
    CHECK(hello.header("Date").has_value());
    CHECK(hello.header("Server").has_value());
    CHECK(hello.url() == "http://localhost/hello/you");
    CHECK(client.get("/query?q=a%20b").body() == "a b");
    CHECK(client.get("/nowhere").code() == 404);
    CHECK(client.get("/throw").code() == 500);
    CHECK(client.get("/throw").body().find("private") == std::string::npos);
    CHECK(client.get("/agent").body() == "weft");
  });
}

TEST_CASE("bodies, methods and headers of a request reach the app") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    const auto made = client.post("/notes", note{"weave", 3});
    CHECK(made.code() == 201);
    CHECK(made.header("Location") == "/notes/1");
    CHECK(made.json<note>().text == "weave");
    CHECK(client.post("/echo", "raw \x01 bytes", "text/plain").body() == "raw \x01 bytes");
    CHECK(client.post("/echo", "", "text/plain").body().empty());
    const auto gone = client.send({"DELETE", "/notes/7"});
    CHECK(gone.code() == 204);
    CHECK(gone.body().empty());
    CHECK_FALSE(gone.header("Content-Length").has_value());
    CHECK(client.send(json_request("PUT", "/notes", note{})).code() == 405);
    client_request with_token("GET", "/token");
    with_token.set_header("Authorization", "Bearer a");
    CHECK(client.send(with_token).body() == "Bearer a");
  });
}

TEST_CASE("the answer to HEAD has the head of GET and no body") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    const auto head = client.send({"HEAD", "/hello/you"});
    CHECK(head.code() == 200);
    CHECK(head.body().empty());
    CHECK(head.header("Content-Length") == "10");
  });
}

TEST_CASE("default headers go with each request that has none of that name") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    client.agent().set_default_header("Authorization", "Bearer all");
    CHECK(client.get("/token").body() == "Bearer all");
    client_request own("GET", "/token");
    own.set_header("authorization", "Bearer own");
    CHECK(client.send(own).body() == "Bearer own");
    client.agent().remove_default_header("AUTHORIZATION");
    CHECK(client.get("/token").code() == 400);
    CHECK_THROWS_AS(client.agent().set_default_header("X", "a\r\nb"), std::invalid_argument);
  });
}

TEST_CASE("a path is put behind the base URL, and a whole URL goes as it is, to the same app") {
  weft::app app;
  add_routes(app);
  app.host("api.example.com").get("/who", [] { return "api"; });
  app.get("/v1/who", [] { return "first"; });
  with_each_client(app, [](app_client& client) {
    CHECK(client.get("/host").body() == "localhost");
    CHECK(client.get("http://Other.example:8080/host").body() == "other.example:8080");
    CHECK(client.get("http://api.example.com/who").body() == "api");
    client.agent().set_base_url("http://api.example.com/");
    CHECK(client.get("/who").body() == "api");
    client.agent().set_base_url("http://localhost/v1");
    CHECK(client.get("/who").body() == "first");
  });
}

TEST_CASE("what is no path and no URL is refused before it is sent") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    CHECK_THROWS_AS(client.get("hello/you"), std::invalid_argument);
    CHECK_THROWS_AS(client.get(""), std::invalid_argument);
    for (const std::string url : {"http:///x", "http://u:p@h/", "http://a b/", "http://h/\r\nX: y",
                                  "http://h/a b", "http://h:99999/", "http://[::1/"}) {
      CAPTURE(url);
      try {
        client.get(url);
        FAIL_CHECK("was sent");
      } catch (const std::system_error& refused) {
        CHECK(refused.code() == condition::bad_input);
        CHECK_THAT(refused.what(), ContainsSubstring("GET "));
      }
    }
    try {
      client.get("https://localhost/");
      FAIL_CHECK("was sent");
    } catch (const std::system_error& refused) {
      CHECK(refused.code() == std::errc::protocol_not_supported);
    }
  });
}

TEST_CASE("a client refuses an app that run() would refuse") {
  weft::app app;
  app.get("/a", [] { return "1"; });
  app.get("/a", [] { return "2"; });
  CHECK_THROWS_AS(app_client(app), std::logic_error);
  CHECK_THROWS_AS(app_client(app, over_socket{}), std::logic_error);
}

TEST_CASE("virtual time goes on from call to call, and takes none") {
  weft::app app;
  app.get("/long", []() -> task<std::string> {
    (void)co_await weft::sleep(24h);
    co_return "late";
  });
  const auto began = std::chrono::steady_clock::now();
  app_client client(app);
  const auto now = [&client] {
    return client.run(
        [](user_agent&) -> task<weft::time_point> { co_return weft::scheduler::current().now(); });
  };
  const auto before = now();
  CHECK(client.get("/long").body() == "late");
  CHECK(now() - before >= 24h);
  client.let_pass(100h);
  CHECK(now() - before >= 124h);
  CHECK(std::chrono::steady_clock::now() - began < 30s);
}

TEST_CASE("requests of one task run beside each other") {
  weft::app app;
  app.get("/wait", []() -> task<std::string> {
    (void)co_await weft::sleep(20ms);
    co_return "done";
  });
  with_each_client(app, [](app_client& client) {
    const auto both = client.run([](user_agent& agent) -> task<std::string> {
      auto first = weft::go(agent.get("/wait"));
      auto second = weft::go(agent.get("/wait"));
      const auto one = co_await first.join();
      const auto two = co_await second.join();
      co_return std::string(one.body()) + std::string(two.body());
    });
    CHECK(both == "donedone");
  });
}

TEST_CASE("a handler that nobody will wake is a deadlock with a report, not a hang") {
  weft::app app;
  auto never = std::make_shared<weft::channel<int>>();
  app.get("/stuck", [never]() -> task<std::string> {
    const auto got = co_await never->recv();
    co_return got ? "?" : "cut";
  });
  app_client client(app);
  CHECK_THROWS_MATCHES(client.get("/stuck"), weft::deadlock_error,
                       MessageMatches(ContainsSubstring("channel::recv")));
}

TEST_CASE("a handler past its time limit is a 503, in virtual time too") {
  weft::app app;
  app.get("/slow",
          []() -> task<std::string> {
            const std::error_code cut = co_await weft::sleep(10min);
            co_return cut ? "cut" : "whole";
          })
      .limit_time(20ms);
  app.get("/quick",
          []() -> task<std::string> {
            (void)co_await weft::sleep(1ms);
            co_return "whole";
          })
      .limit_time(10min);
  with_each_client(app, [](app_client& client) {
    CHECK(client.get("/slow").code() == 503);
    CHECK(client.get("/quick").body() == "whole");
  });
  in_process impatient;
  impatient.limits.handler_timeout = 1s;
  weft::app other;
  other.get("/slow", []() -> task<std::string> {
    (void)co_await weft::sleep(2s);
    co_return "whole";
  });
  app_client client(other, impatient);
  CHECK(client.get("/slow").code() == 503);
}

TEST_CASE("a task that is cancelled is a client that goes, and its handler is cancelled") {
  weft::app app;
  auto ended = std::make_shared<weft::event>();
  app.get("/wait", [ended]() -> task<std::string> {
    const std::error_code cut = co_await weft::sleep(1h);
    if (cut == condition::canceled) ended->set();
    co_return "whole";
  });
  with_each_client(app, [&ended](app_client& client) {
    ended->reset();
    const bool was_cut = client.run([&ended](user_agent& agent) -> task<bool> {
      auto asking = weft::go(agent.get("/wait"));
      (void)co_await weft::sleep(30ms);
      asking.cancel();
      bool refused = false;
      try {
        (void)co_await asking.join();
      } catch (const std::system_error& cut) {
        refused = cut.code() == condition::canceled;
      }
      const auto seen = co_await ended->wait();
      co_return refused&& seen.has_value();
    });
    CHECK(was_cut);
  });
}

TEST_CASE("in process the app sees the address that the client was given") {
  weft::app app;
  app.get("/me", [](weft::client_address from) { return *from; });
  app_client usual(app);
  CHECK(usual.get("/me").body() == "127.0.0.1");
  app_client far(app, in_process{.remote = {"192.0.2.7", 1234}});
  CHECK(far.get("/me").body() == "192.0.2.7");
}

TEST_CASE("a takeover is refused in process with a word that says what to do") {
  class taking final : public weft::http_handler {
  public:
    task<> handle(const weft::request&, weft::response& res) override {
      class nothing final : public weft::http::takeover {
        task<> run(weft::http::upgraded_stream&) override { co_return; }
      };
      res.set_takeover("websocket", std::make_shared<nothing>());
      co_return;
    }
  };
  taking handler;
  app_client client(handler);
  CHECK_THROWS_MATCHES(client.get("/"), std::logic_error,
                       MessageMatches(ContainsSubstring("over_socket")));
}

TEST_CASE("a server of a test has an address, and refuses hosts that it was not told") {
  weft::app app;
  add_routes(app);
  app_client client(app, over_socket{.allowed_hosts = {"localhost"}});
  CHECK(client.address().host == "127.0.0.1");
  CHECK(client.address().port != 0);
  CHECK(client.get("/hello/you").code() == 200);
  CHECK(client.get("http://other.example/hello/you").code() == 421);
  app_client inside(app);
  CHECK_THROWS_AS(inside.address(), std::logic_error);
}

TEST_CASE("background tasks that a handler leaves end with the call, in process") {
  weft::app app;
  auto ends = std::make_shared<std::atomic<int>>(0);
  const auto linger = [](std::shared_ptr<std::atomic<int>> count) -> task<> {
    const std::error_code cut = co_await weft::sleep(1h);
    if (cut) ++*count;
  };
  app.post("/start", [ends, linger] {
    weft::scheduler::current().spawn(linger(ends));
    return "started";
  });
  with_each_model(app, [&ends](app_client& client) {
    const int before = *ends;
    CHECK(client.post("/start", "", "text/plain").body() == "started");
    CHECK(*ends == before + 1);
  });
}
