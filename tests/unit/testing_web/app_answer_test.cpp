#include "each_client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <sstream>
#include <string>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using weft::testing::app_answer;
using weft::testing::app_client;
using weft::testing::unexpected_answer;

namespace {

struct item {
  int id = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(item, (), (id, name))

/// What a client gets where the app answers with this text.
app_answer answer_of(std::string text, const char* type = "application/json") {
  weft::app app;
  app.get("/", [&] {
    weft::response res;
    res.set_content_type(type);
    res.body().append(text);
    return res;
  });
  app_client client(app);
  return client.get("/");
}

const char* const shelf =
    R"({"items":[{"id":7,"name":"loom \"big\""},{"id":8,"name":""}],"a/b":{"~":1.5},"":null,"on":true,)"
    R"("large":18446744073709551615})";

}  // namespace

TEST_CASE("json() reads the whole body into a described type") {
  const auto answer = answer_of(R"({"id":7,"name":"loom"})");
  CHECK(answer.json<item>().name == "loom");
  CHECK(answer_of("[1,2,3]").json<std::vector<int>>() == std::vector<int>{1, 2, 3});
}

TEST_CASE("json() names all that does not fit by its pointers, and says what the answer was") {
  const auto answer = answer_of(R"([{"id":"x","name":"a"},{"id":1}])");
  CHECK_THROWS_MATCHES(answer.json<std::vector<item>>(), unexpected_answer,
                       MessageMatches(ContainsSubstring("/0/id must be an integer") &&
                                      ContainsSubstring("/1/name") && ContainsSubstring("200 OK") &&
                                      ContainsSubstring("http://localhost/")));
  CHECK_THROWS_MATCHES(answer_of("{\"id\":").json<item>(), unexpected_answer,
                       MessageMatches(ContainsSubstring("is not JSON")));
  CHECK_THROWS_AS(answer_of("").json<item>(), unexpected_answer);
}

TEST_CASE("json_at() finds a value by its JSON Pointer, as text or typed") {
  const auto answer = answer_of(shelf);
  CHECK(answer.json_at("/items/0/id") == "7");
  CHECK(answer.json_at("/items/0/name") == "loom \"big\"");
  CHECK(answer.json_at("/items/1/name").empty());
  CHECK(answer.json_at("/a~1b/~0") == "1.5E0");
  CHECK(answer.json_at("/") == "null");
  CHECK(answer.json_at("/on") == "true");
  CHECK(answer.json_at("/large") == "18446744073709551615");
  CHECK(answer.json_at<int>("/items/1/id") == 8);
  CHECK(answer.json_at<double>("/a~1b/~0") == 1.5);
  CHECK(answer.json_at<std::string>("/items/0/name") == "loom \"big\"");
  CHECK(answer.json_at<std::vector<item>>("/items").at(1).id == 8);
  CHECK(answer.json_at<bool>("/on"));
  CHECK(answer_of("7").json_at("") == "7");
}

TEST_CASE("json_at() says what is wrong with a pointer, a value or a body") {
  const auto answer = answer_of(shelf);
  for (const std::string pointer :
       {"/none", "/items/2", "/items/x", "items", "/items/00", "/items/-", "/a~b", "/on/deeper",
        "/items/99999999999999999999"}) {
    CAPTURE(pointer);
    CHECK_THROWS_MATCHES(
        answer.json_at(pointer), unexpected_answer,
        MessageMatches(ContainsSubstring("there is nothing at") && ContainsSubstring(pointer)));
  }
  CHECK_THROWS_MATCHES(answer.json_at<int>("/on"), unexpected_answer,
                       MessageMatches(ContainsSubstring("at \"/on\"")));
  CHECK_THROWS_AS(answer_of("<html>").json_at("/a"), unexpected_answer);
  CHECK_THROWS_AS(answer_of(std::string(100'000, '[')).json_at("/0"), unexpected_answer);
}

TEST_CASE("expect() passes an answer on or says what came instead") {
  const auto answer = answer_of("{\"id\":7,\"name\":\"loom\"}");
  CHECK(answer.expect(200).json<item>().id == 7);
  CHECK_THROWS_MATCHES(answer.expect(201), unexpected_answer,
                       MessageMatches(ContainsSubstring("the status is not 201") &&
                                      ContainsSubstring("200 OK") && ContainsSubstring("loom")));
}

TEST_CASE(
    "an answer is shown whole, without what a terminal would obey, and cut where it is long") {
  std::ostringstream shown;
  shown << answer_of("a\x1b[31m\r\nb\x7f", "text/plain");
  CHECK_THAT(shown.str(), ContainsSubstring("200 OK\n") &&
                              ContainsSubstring("Content-Type: text/plain") &&
                              ContainsSubstring("\n\na\\x1b[31m\\x0d\nb\\x7f"));
  const auto text = answer_of(std::string(10'000, 'x'), "text/plain").text();
  CHECK_THAT(text, Catch::Matchers::EndsWith("xxx... of 10000 bytes"));
  CHECK(text.size() < 5'000);
}

TEST_CASE("a body of JSON Lines is read whole, and a line that does not fit is named") {
  const auto answer =
      answer_of("{\"id\":1,\"name\":\"a\"}\n\r\n{\"id\":2,\"name\":\"b\"}", "application/jsonl");
  const auto items = answer.json_lines<item>();
  REQUIRE(items.size() == 2);
  CHECK(items[1].name == "b");
  CHECK(answer_of("").json_lines<item>().empty());
  CHECK_THROWS_MATCHES(answer_of("{\"id\":1,\"name\":\"a\"}\n{\"id\":true}\n").json_lines<item>(),
                       unexpected_answer,
                       MessageMatches(ContainsSubstring("line 2") && ContainsSubstring("/id")));
}

TEST_CASE("a body of events is read whole") {
  const auto events = answer_of("data: a\n\nevent: b\ndata: {\"id\":3,\"name\":\"c\"}\n\ndata: cut",
                                "text/event-stream")
                          .events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].data == "a");
  CHECK(events[1].type == "b");
  CHECK(events[1].json<item>().id == 3);
}
