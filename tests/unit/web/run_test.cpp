#include "support/captured_stderr.hpp"
#include "support/models.hpp"
#include "support/plain_socket.hpp"
#include "unit/web/support/child_app.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <chrono>
#include <string>
#include <thread>

namespace {

weft::run_options any_free_port(weft::model model) {
  weft::run_options options;
  options.model = model;
  options.listen = {"127.0.0.1:0"};
  return options;
}

TEST_CASE("a served app says where it listens, answers, and ends well on SIGTERM") {
  const auto served_under = GENERATE(from_range(weft::test::serving_models()));
  CAPTURE(served_under.name);
  const auto& model = served_under.value;
  weft::app app;
  app.get("/hello/{name}", [](weft::path<std::string> name) -> weft::task<std::string> {
    co_return "Hello, " + *name;
  });
  child_app served(app, any_free_port(model));
  const auto ready = "weft: listening on http://127.0.0.1:" + std::to_string(served.port()) +
                     ", model=" + std::string(name_of(model)) +
                     ", workers=" + std::to_string(worker_count(model));
  CHECK(served.first_line() == ready);
  const auto reply =
      served.exchange("GET /hello/you HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(reply.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(reply.ends_with("\r\n\r\nHello, you"));
  CHECK(served.stop() == 0);
}

TEST_CASE(
    "before a stop the server may go on for a while, as not ready; a second signal ends that") {
  const auto served_under = GENERATE(from_range(weft::test::serving_models()));
  CAPTURE(served_under.name);
  weft::app app;
  weft::add_health(app);
  app.get("/x", [] { return "x"; });
  auto options = any_free_port(served_under.value);
  options.stop_delay = std::chrono::hours(1);
  child_app served(app, options);
  const auto ask = [&](const std::string& path) {
    return served.exchange("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  };
  CHECK(ask("/readyz").starts_with("HTTP/1.1 200 "));
  served.ask_to_stop();
  while (ask("/readyz").starts_with("HTTP/1.1 200 ")) std::this_thread::yield();
  CHECK(ask("/readyz").ends_with(R"({"status":"stopping"})"));
  CHECK(ask("/x").ends_with("\r\n\r\nx"));
  CHECK(served.stop() == 0);
}

TEST_CASE("after the delay the server stops by itself") {
  weft::app app;
  auto options = any_free_port(weft::event_loop{});
  options.stop_delay = std::chrono::milliseconds(10);
  child_app served(app, options);
  served.ask_to_stop();
  CHECK(served.wait() == 0);
}

TEST_CASE("a served app names the route that holds its thread, unless nobody is to watch") {
  weft::app app;
  app.get("/blocks/{n}", [](weft::path<int>) -> std::string {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    return "done";
  });
  for (const bool watches : {true, false}) {
    CAPTURE(watches);
    auto options = any_free_port(weft::event_loop{});
    if (!watches) options.stall_threshold = weft::duration::max();
    const weft::test::captured_stderr said;
    child_app served(app, options);
    const auto reply =
        served.exchange("GET /blocks/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(reply.ends_with("done"));
    CHECK(served.stop() == 0);
    const bool is_named =
        said.text().find("weft: stall: GET /blocks/{n}: task ") != std::string::npos;
    CHECK(is_named == watches);
  }
}

TEST_CASE("a handler is told where its request came from, and that a test has no peer") {
  weft::app app;
  app.get("/", [](weft::context& ctx) {
    const auto from = ctx.remote();
    return from ? from->host : std::string("nowhere");
  });
  child_app served(app, any_free_port(weft::event_loop{}));
  const auto reply = served.exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(reply.ends_with("\r\n\r\n127.0.0.1"));
  CHECK(served.stop() == 0);

  weft::request req;
  req.set_method(weft::http_method::get, "GET");
  req.set_target("/", "/", "");
  weft::response res;
  weft::scheduler scheduler(weft::event_loop{});
  scheduler.run(app.handle(req, res));
  CHECK(res.body().view() == "nowhere");
}

TEST_CASE("an app that cannot be served returns an exit code") {
  weft::app app;
  weft::run_options options;
  SECTION("the port is taken") {
    const auto taken = weft::test::listening_on_loopback();
    options.listen = {"127.0.0.1:" + std::to_string(weft::test::port_of(taken))};
    CHECK(app.run(options) == 1);
  }
  SECTION("the address is none") {
    options.listen = {"127.0.0.1"};
    CHECK(app.run(options) == 2);
  }
  SECTION("the host is none") {
    options.listen = {"256.1.1.1:0"};
    CHECK(app.run(options) == 1);
  }
  SECTION("a handler takes a state that nobody registered") {
    options.listen = {"127.0.0.1:0"};
    app.get("/", [](weft::state<int> n) { return std::to_string(*n); });
    CHECK(app.run(options) == 1);
  }
  SECTION("the command line makes no sense") {
    const char* const arguments[] = {"program", "--model=none"};
    CHECK(app.run(2, arguments) == 2);
  }
}

}  // namespace
