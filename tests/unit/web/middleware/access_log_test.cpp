#include "unit/http/running_server.hpp"
#include "unit/web/support/client.hpp"
#include "unit/web/support/temporary_folder.hpp"
#include "web/middleware/access_record.hpp"

#include <weft/weft.hpp>

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace std::chrono_literals;

namespace {

// [sink]
class kept_lines final : public weft::log_sink {
public:
  void write(std::string_view line) noexcept override {
    const std::scoped_lock lock(mutex_);
    all_.append(line);
  }
  // [/sink]
  std::string take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(all_, {});
  }

private:
  std::mutex mutex_;
  std::string all_;
};

boost::json::object object_of(const std::string& line) {
  REQUIRE(std::ranges::count(line, '\n') == 1);
  return boost::json::parse(line).as_object();
}

}  // namespace

TEST_CASE("each answer has a line that says what was asked and how it went") {
  weft::app app;
  const auto lines = std::make_shared<kept_lines>();
  app.use(weft::access_log({.sink = lines}));
  app.use(weft::request_ids());
  app.use(weft::trace_contexts());
  app.get("/items/{id}", [](weft::path<int> id) { return "item " + std::to_string(*id); });
  app.get("/fails", []() -> std::string { throw std::runtime_error("secret"); });
  app.get("/stream", [] {
    return weft::stream([](weft::body_writer&) -> weft::task<> { co_return; }, "text/plain");
  });
  client web(app);

  const auto got = web.get("/items/7?token=secret", {{"User-Agent", "curl/8.5.0"}});
  const auto line = object_of(lines->take());
  CHECK(line.at("method").as_string() == "GET");
  CHECK(line.at("target").as_string() == "/items/7");
  CHECK(line.at("route").as_string() == "/items/{id}");
  CHECK(line.at("status").as_int64() == 200);
  CHECK(line.at("bytes").as_int64() == 6);
  CHECK(line.at("ms").as_double() >= 0);
  CHECK(line.at("request_id").as_string() == got.header("X-Request-ID"));
  CHECK(line.at("trace_id").as_string().size() == 32);
  CHECK(line.at("user_agent").as_string() == "curl/8.5.0");
  CHECK(line.at("time").as_string().size() == std::string("2026-11-27T17:12:00.123Z").size());
  CHECK_FALSE(line.contains("client"));  // it came on no connection

  web.ask("HEAD", "/items/7");
  CHECK(object_of(lines->take()).at("bytes").as_int64() == 0);
  web.get("/nowhere");
  const auto missing = object_of(lines->take());
  CHECK(missing.at("status").as_int64() == 404);
  CHECK_FALSE(missing.contains("route"));
  web.get("/fails");
  const auto failed = lines->take();
  CHECK(object_of(failed).at("status").as_int64() == 500);
  CHECK(failed.find("secret") == failed.npos);
  web.get("/stream");
  CHECK_FALSE(object_of(lines->take()).contains("bytes"));
}

TEST_CASE("a log goes to a file, and of successes only some") {
  const temporary_folder folder;
  const auto old = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  {
    weft::app app;
    // [access_log]
    app.use(weft::access_log({.sink = weft::log_to_file("access.log"), .one_in = 10}));
    app.use(weft::request_ids());
    // [/access_log]
    app.get("/", [] { return "x"; });
    client web(app);
    for (int i = 0; i < 25; ++i) web.get("/");
    for (int i = 0; i < 5; ++i) web.get("/nowhere");
  }
  std::filesystem::current_path(old);
  const auto text = folder.text_of("access.log");
  CHECK(weft::test::count(text, "\"status\":200") == 3);
  CHECK(weft::test::count(text, "\"status\":404") == 5);
}

TEST_CASE("a request cannot forge a line") {
  weft::app app;
  const auto lines = std::make_shared<kept_lines>();
  SECTION("of JSON") {
    app.use(weft::access_log({.sink = lines, .with_queries = true}));
    client web(app);
    web.ask("GE\"T", "/a\"},{\"\\\n?x=\x1b[31m", {},
            {{"User-Agent", "a\r\n{\"status\":200}\x7f\xC3\xA9\x80\\"}});
    const auto line = lines->take();
    CHECK(std::ranges::all_of(line, [](char c) { return (c >= 0x20 && c < 0x7F) || c == '\n'; }));
    const auto read = object_of(line);
    CHECK(read.at("method").as_string() == "GE\"T");
    CHECK(read.at("target").as_string() == "/a\"},{\"\\\n?x=\x1b[31m");
    CHECK(read.at("user_agent").as_string() ==
          "a\r\n{\"status\":200}\x7f\xC3\x83\xC2\xA9\xC2\x80\\");
  }
  SECTION("of text") {
    app.use(weft::access_log({.format = weft::log_format::text, .sink = lines}));
    client web(app);
    web.get("/a\nforged\x1b[31m");
    const auto line = lines->take();
    CHECK(std::ranges::count(line, '\n') == 1);
    CHECK(line.find(" - GET /a\\x0aforged\\x1b[31m 404 ") != line.npos);
  }
}

TEST_CASE("long texts are cut") {
  weft::app app;
  const auto lines = std::make_shared<kept_lines>();
  app.use(weft::access_log({.sink = lines}));
  client web(app);
  const std::string target = '/' + std::string(5000, 'a');
  web.get(target, {{"User-Agent", std::string(5000, '"')}});
  const auto line = object_of(lines->take());
  CHECK(line.at("target").as_string() == target.substr(0, 256));
  CHECK(line.at("user_agent").as_string().size() == 256);
}

TEST_CASE("a line for people") {
  weft::detail::access_record record;
  record.time = std::chrono::sys_days{std::chrono::year{2026} / 11 / 27} + 17h + 12min + 3ms;
  record.client = "192.0.2.7";
  record.method = "GET";
  record.target = "/items";
  record.status = 200;
  record.took = 1'234'567ns;
  CHECK(weft::detail::to_text_line(record) ==
        "2026-11-27T17:12:00.003Z 192.0.2.7 GET /items 200 - 1.234ms -\n");
  record.bytes = 5;
  record.request_id = "abc";
  CHECK(weft::detail::to_text_line(record) ==
        "2026-11-27T17:12:00.003Z 192.0.2.7 GET /items 200 5 1.234ms abc\n");
  CHECK(weft::detail::to_json_line(record) ==
        R"({"time":"2026-11-27T17:12:00.003Z","client":"192.0.2.7","method":"GET",)"
        R"("target":"/items","status":200,"bytes":5,"ms":1.234,"request_id":"abc"})"
        "\n");
}

TEST_CASE("a line says who asked") {
  weft::test::under_each_model([]() -> weft::task<> {
    weft::app app;
    const auto lines = std::make_shared<kept_lines>();
    app.use(weft::access_log({.sink = lines}));
    app.trust_proxies({"127.0.0.1"});
    app.get("/", [] { return "x"; });
    weft::test::running_server server(weft::test::on_a_free_port(), &app);
    server.start();
    co_await weft::test::exchange(server, weft::test::get("/", weft::test::last));
    CHECK(object_of(lines->take()).at("client").as_string() == "127.0.0.1");
    co_await weft::test::exchange(
        server, weft::test::get("/", "X-Forwarded-For: 192.0.2.7\r\n" + weft::test::last));
    CHECK(object_of(lines->take()).at("client").as_string() == "192.0.2.7");
    co_await server.stop();
  });
}

TEST_CASE("access log: one in none is refused") {
  CHECK_THROWS_AS(weft::access_log({.one_in = 0}), std::invalid_argument);
}
