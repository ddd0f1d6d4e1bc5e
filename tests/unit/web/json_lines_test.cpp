#include "unit/http/running_server.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using weft::task;

namespace {

struct reading {
  int id = 0;
  std::string place;
};
BOOST_DESCRIBE_STRUCT(reading, (), (id, place))
void json_rules(weft::rules_for<reading>& rules) {
  rules.optional(&reading::place);
  rules.range(&reading::id, 0, 999'999);
}

void add_import(weft::app& app) {
  // [read]
  app.post("/readings", [](weft::json_lines<reading> readings) -> task<std::string> {
    std::int64_t sum = 0;
    while (auto one = co_await readings.next()) sum += one->id;
    if (!readings.complete()) co_return "forget it";  // nobody sees this, but you clean up here
    co_return "sum " + std::to_string(sum);
  });
  // [/read]
}

void add_export(weft::app& app) {
  // [write]
  app.get("/readings/{count}", [](weft::path<int> count) {
    return weft::stream_lines<reading>(
        [last = *count](weft::item_writer<reading>& out) -> weft::task<> {
          for (int id = 1; id <= last; ++id) {
            const reading one{id, "here"};
            const auto sent = co_await out.write(one);
            if (!sent) co_return;  // the peer has gone
          }
        });
  });
  // [/write]
  app.get("/array/{count}", [](weft::path<int> count) {
    return weft::stream_array<int>([last = *count](weft::item_writer<int>& out) -> task<> {
      for (int id = 1; id <= last; ++id) {
        const auto sent = co_await out.write(id);
        if (!sent) co_return;
      }
    });
  });
}

std::string post(const std::string& body, const std::string& type = "application/jsonl") {
  return "POST /readings HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// What a chunked body carries.
std::string body_of(const std::string& answer) {
  std::string body;
  for (auto at = answer.find("\r\n\r\n") + 4; at < answer.size();) {
    const auto line_end = answer.find("\r\n", at);
    const auto size = std::stoul(answer.substr(at, line_end - at), nullptr, 16);
    body += answer.substr(line_end + 2, size);
    at = line_end + 2 + size + 2;
  }
  return body;
}

TEST_CASE("JSON Lines are read line by line") {
  under_each_model([]() -> task<> {
    weft::app app;
    add_import(app);
    running_server server(on_a_free_port(), &app);
    server.start();
    static constexpr std::pair<const char*, const char*> rows[] = {
        {"", "sum 0"},
        {"\n\n", "sum 0"},
        {"{\"id\":1}\n{\"id\":2}\n", "sum 3"},
        {"{\"id\":1}\r\n\r\n\n{\"id\":2}", "sum 3"},
        {"{\"id\":1,\"place\":\"\\n\"}\n", "sum 1"},
    };
    for (const auto& [body, end] : rows) {
      const auto answer = co_await exchange(server, post(body));
      CHECK_THAT(answer, StartsWith("HTTP/1.1 200 "));
      CHECK_THAT(answer, EndsWith(std::string("\r\n\r\n") + end));
    }
    std::string many;
    for (int id = 0; id != 20'000; ++id) many += "{\"id\":" + std::to_string(id) + "}\n";
    const auto sum = co_await exchange(server, post(many, "application/x-ndjson; charset=utf-8"));
    CHECK_THAT(sum, EndsWith("sum 199990000"));
    co_await server.stop();
  });
}

TEST_CASE("a line that does not fit is the answer, whatever the handler says") {
  under_each_model([]() -> task<> {
    weft::app app;
    add_import(app);
    running_server server(on_a_free_port(), &app);
    server.start();
    struct row {
      std::string body;
      int status;
      std::string text;
    };
    static const row rows[] = {
        row{"{\"id\":1}\n{\"id\":\"x\"}\n", 422, "Line 2: the value at /id must be an integer."},
        row{"{\"id\":1}\n\n{\"id\":-1}\n", 422, "Line 3: the value at /id must be between 0"},
        row{"7", 422, "Line 1: the value must be an object."},
        row{"{\"id\":1}\n{\"id\":", 400, "Line 2 is not JSON: the JSON text ends too early."},
        row{"{\"id\":1} {\"id\":2}", 400, "Line 1 is not JSON: there is text behind"},
        row{"{\"id\":1\n}", 400, "Line 1 is not JSON"},
        row{"{\"id\":1}\n\xFF", 400, "Line 2 is not JSON"},
        row{std::string(1'048'000, ' ') + std::string(600, ' '), 413,
            "Line 1 has more than 1048576 bytes."},
    };
    for (const auto& [body, status, text] : rows) {
      INFO(text);
      const auto answer = co_await exchange(server, post(body));
      CHECK_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(status) + " "));
      if (status != 413) CHECK_THAT(answer, ContainsSubstring(text));
    }
    const auto other = co_await exchange(server, post("{}", "text/plain"));
    CHECK_THAT(other, StartsWith("HTTP/1.1 415 "));
    co_await server.stop();
  });
}

TEST_CASE("a line is bounded where the body is not") {
  under_each_model([]() -> task<> {
    weft::app app;
    app.post("/readings",
             [](weft::json_lines<reading> lines) -> task<std::string> {
               int count = 0;
               while (auto one = co_await lines.next()) ++count;
               co_return std::to_string(count);
             })
        .limit_body(8'000'000);
    running_server server(on_a_free_port(), &app);
    server.start();
    const std::string line = "{\"id\":1}" + std::string(1'048'568, ' ');
    const auto fits = co_await exchange(server, post(line + "\n" + line));
    CHECK_THAT(fits, EndsWith("\r\n\r\n2"));
    const auto too_long = co_await exchange(server, post("{\"id\":1}\n" + line + " \n"));
    CHECK_THAT(too_long, ContainsSubstring("Line 2 has more than 1048576 bytes."));
    CHECK_THAT(too_long, StartsWith("HTTP/1.1 413 "));
    co_await server.stop();
  });
}

TEST_CASE("JSON Lines and arrays are written while their items are made") {
  under_each_model([]() -> task<> {
    weft::app app;
    add_export(app);
    running_server server(on_a_free_port(), &app);
    server.start();
    const auto lines = co_await exchange(server, get("/readings/2", last));
    CHECK_THAT(lines, ContainsSubstring("Content-Type: application/jsonl\r\n"));
    CHECK(body_of(lines) == "{\"id\":1,\"place\":\"here\"}\n{\"id\":2,\"place\":\"here\"}\n");
    const auto array = co_await exchange(server, get("/array/3", last));
    CHECK_THAT(array, ContainsSubstring("Content-Type: application/json\r\n"));
    CHECK(body_of(array) == "[1,2,3]");
    const auto empty = co_await exchange(server, get("/array/0", last));
    CHECK(body_of(empty) == "[]");
    const auto none = co_await exchange(server, get("/readings/0", last));
    CHECK(body_of(none).empty());
    const auto large = co_await exchange(server, get("/array/100000", last));
    std::string expected = "[";
    for (int id = 1; id <= 100'000; ++id) expected += std::to_string(id) + ",";
    expected.back() = ']';
    CHECK(body_of(large) == expected);
    co_await server.stop();
  });
}

TEST_CASE("an array that is cut off has no end") {
  under_each_model([]() -> task<> {
    weft::app app;
    app.get("/", [] {
      return weft::stream_array<int>([](weft::item_writer<int>& out) -> task<> {
        (void)co_await out.write(1);
        (void)co_await out.flush();
        throw std::runtime_error("no more");
      });
    });
    running_server server(on_a_free_port(), &app);
    server.start();
    const auto cut = co_await exchange(server, get("/", last));
    CHECK_THAT(cut, EndsWith("[1\r\n"));
    co_await server.stop();
  });
}

TEST_CASE("what comes through a channel is sent as it comes") {
  under_each_model([]() -> task<> {
    weft::app app;
    const auto values = std::make_shared<weft::channel<int>>(4);
    app.get("/", [values] { return weft::stream_lines<int>(values); });
    running_server server(on_a_free_port(), &app);
    server.start();
    auto stream = co_await server.connect();
    co_await write(stream, get("/", last));
    (void)co_await values->send(7);
    const auto first = co_await read_until(stream, "7\n\r\n");  // while the channel is open
    CHECK_THAT(first, EndsWith("2\r\n7\n\r\n"));
    (void)co_await values->send(8);
    values->close();
    const auto rest = co_await read_to_end(stream);
    CHECK_THAT(rest, EndsWith("8\n\r\n0\r\n\r\n"));
    co_await server.stop();
  });
}

}  // namespace
