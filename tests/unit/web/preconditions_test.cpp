#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono;
using weft::entity_tag;
using weft::precondition;
using weft::validators;

struct kept_note {
  std::string text;
  int version = 1;
};
BOOST_DESCRIBE_STRUCT(kept_note, (), (text, version))

namespace {

constexpr const char* noon = "Mon, 04 May 2026 12:00:00 GMT";
constexpr const char* before_noon = "Mon, 04 May 2026 11:59:59 GMT";
constexpr const char* after_noon = "Mon, 04 May 2026 12:00:01 GMT";
constexpr sys_seconds noon_time = sys_days{2026y / 5 / 4} + 12h;

precondition ask(std::string_view method, const header_list& headers, const validators& current) {
  std::vector<weft::header_field> fields;
  for (const auto& [name, value] : headers) fields.push_back({name, value});
  weft::request req;
  req.set_method(weft::parse_method(method), method);
  req.set_headers(fields);
  return weft::preconditions(req).evaluate(current);
}

struct condition_case {
  std::string_view method;
  header_list headers;
  precondition expected;
};

void check_all(const validators& current, const std::vector<condition_case>& cases) {
  for (const auto& [method, headers, expected] : cases) {
    INFO(method);
    for (const auto& [name, value] : headers) UNSCOPED_INFO(name << ": " << value);
    CHECK(ask(method, headers, current) == expected);
  }
}

constexpr auto holds = precondition::holds;
constexpr auto not_modified = precondition::not_modified;
constexpr auto failed = precondition::failed;

void add_notes(weft::app& app, std::map<int, kept_note>& notes) {
  // [conditional]
  const auto tag_of = [](const kept_note& one) {
    return entity_tag::strong("v" + std::to_string(one.version));
  };
  app.get("/notes/{id}", [&notes, tag_of](weft::path<int> id) {
    const auto& note = notes.at(*id);
    return weft::with_validators(note, tag_of(note));
  });
  app.put("/notes/{id}", [&notes, tag_of](weft::path<int> id, weft::preconditions when,
                                          weft::json<kept_note> changed) {
    if (!when.given()) throw weft::http_error(weft::http_status::precondition_required);
    const auto found = notes.find(*id);
    when.require(found != notes.end() ? tag_of(found->second) : validators::of_nothing());
    auto& note = notes[*id];
    note = {changed->text, note.version + 1};
    return weft::with_validators(note, tag_of(note));
  });
  // [/conditional]
}

}  // namespace

TEST_CASE("If-Match compares strongly, and needs something that is there") {
  check_all(entity_tag::strong("1"),
            {
                {"PUT", {{"If-Match", "\"1\""}}, holds},
                {"PUT", {{"if-match", "\"0\", \"1\""}}, holds},
                {"PUT", {{"If-Match", "\"0\""}, {"If-Match", "\"1\""}}, holds},
                {"PUT", {{"If-Match", "*"}}, holds},
                {"PUT", {{"If-Match", " * "}}, holds},
                {"PUT", {{"If-Match", "\"2\""}}, failed},
                {"PUT", {{"If-Match", "W/\"1\""}}, failed},
                {"PUT", {{"If-Match", ""}}, failed},
                {"PUT", {{"If-Match", "1"}}, failed},
                {"PUT", {{"If-Match", "\"1\" junk"}}, failed},
                {"PUT", {{"If-Match", "\"1\", *"}}, failed},
                {"GET", {{"If-Match", "\"2\""}}, failed},
                {"GET", {{"If-Match", "\"1\""}}, holds},
            });
  check_all(entity_tag::weak("1"), {{"PUT", {{"If-Match", "\"1\""}}, failed},
                                    {"PUT", {{"If-Match", "W/\"1\""}}, failed},
                                    {"PUT", {{"If-Match", "*"}}, holds}});
  check_all(validators(),
            {{"PUT", {{"If-Match", "\"1\""}}, failed}, {"PUT", {{"If-Match", "*"}}, holds}});
  check_all(validators::of_nothing(),
            {{"PUT", {{"If-Match", "*"}}, failed}, {"PUT", {{"If-Match", "\"1\""}}, failed}});
}

TEST_CASE("If-None-Match compares weakly: 304 for reading, 412 for all else") {
  for (const auto& current : {entity_tag::strong("1"), entity_tag::weak("1")}) {
    check_all(current,
              {
                  {"GET", {{"If-None-Match", "\"1\""}}, not_modified},
                  {"HEAD", {{"If-None-Match", "W/\"1\""}}, not_modified},
                  {"GET", {{"If-None-Match", "\"0\",\"1\""}}, not_modified},
                  {"GET", {{"If-None-Match", "\"0\""}, {"If-None-Match", "\"1\""}}, not_modified},
                  {"GET", {{"If-None-Match", "*"}}, not_modified},
                  {"GET", {{"If-None-Match", "\"2\""}}, holds},
                  {"PUT", {{"If-None-Match", "\"1\""}}, failed},
                  {"POST", {{"If-None-Match", "*"}}, failed},
                  {"PUT", {{"If-None-Match", "\"2\""}}, holds},
                  // What is malformed is neither a 304 nor a leave to overwrite.
                  {"GET", {{"If-None-Match", "1"}}, holds},
                  {"GET", {{"If-None-Match", "\"1\" junk"}}, holds},
                  {"PUT", {{"If-None-Match", "junk"}}, failed},
                  {"PUT", {{"If-None-Match", "\"2\", junk"}}, failed},
              });
  }
  check_all(validators::of_nothing(), {{"PUT", {{"If-None-Match", "*"}}, holds}});
}

TEST_CASE("dates are compared to the second; what is no date is as not sent") {
  check_all(validators(noon_time),
            {
                {"GET", {{"If-Modified-Since", noon}}, not_modified},
                {"HEAD", {{"If-Modified-Since", after_noon}}, not_modified},
                {"GET", {{"If-Modified-Since", before_noon}}, holds},
                {"PUT", {{"If-Modified-Since", noon}}, holds},
                {"GET", {{"If-Modified-Since", "yesterday"}}, holds},
                {"GET", {{"If-Modified-Since", noon}, {"If-Modified-Since", noon}}, holds},
                {"GET", {{"If-Modified-Since", "Monday, 04-May-26 12:00:00 GMT"}}, not_modified},
                {"PUT", {{"If-Unmodified-Since", noon}}, holds},
                {"PUT", {{"If-Unmodified-Since", before_noon}}, failed},
                {"GET", {{"If-Unmodified-Since", before_noon}}, failed},
                {"PUT", {{"If-Unmodified-Since", "yesterday"}}, holds},
            });
  check_all(entity_tag::strong("1"), {{"GET", {{"If-Modified-Since", noon}}, holds},
                                      {"PUT", {{"If-Unmodified-Since", before_noon}}, holds}});
}

TEST_CASE("tags go before dates, and If-Match before If-None-Match") {
  // RFC 9110 13.2.2
  check_all(
      validators(entity_tag::strong("1"), noon_time),
      {
          {"PUT", {{"If-Match", "\"1\""}, {"If-Unmodified-Since", before_noon}}, holds},
          {"PUT", {{"If-Match", "\"2\""}, {"If-Unmodified-Since", noon}}, failed},
          {"GET", {{"If-None-Match", "\"2\""}, {"If-Modified-Since", noon}}, holds},
          {"GET", {{"If-None-Match", "\"1\""}, {"If-Modified-Since", before_noon}}, not_modified},
          {"GET", {{"If-Match", "\"2\""}, {"If-None-Match", "\"1\""}}, failed},
          {"GET", {{"If-Match", "\"1\""}, {"If-None-Match", "\"1\""}}, not_modified},
          {"GET", {{"If-Unmodified-Since", before_noon}, {"If-None-Match", "\"1\""}}, failed},
          {"GET", {{"If-Unmodified-Since", noon}, {"If-Modified-Since", noon}}, not_modified},
          {"GET", {}, holds},
      });
}

TEST_CASE("If-Range: the same strong tag, or the very date where there is no tag") {
  const auto applies = [](std::string_view field, const validators& current) {
    const std::vector<weft::header_field> fields = {{"If-Range", field}};
    weft::request req;
    req.set_headers(fields);
    return weft::preconditions(req).range_applies(current);
  };
  const validators both(entity_tag::strong("1"), noon_time);
  CHECK(applies("\"1\"", both));
  CHECK_FALSE(applies("\"2\"", both));
  CHECK_FALSE(applies("W/\"1\"", both));
  CHECK_FALSE(applies("\"1\", \"2\"", both));
  CHECK_FALSE(applies("*", both));
  CHECK_FALSE(applies("", both));
  CHECK_FALSE(applies(noon, both));
  CHECK_FALSE(applies("W/\"1\"", entity_tag::weak("1")));
  CHECK_FALSE(applies("\"1\"", entity_tag::weak("1")));
  CHECK(applies(noon, validators(noon_time)));
  CHECK_FALSE(applies(after_noon, validators(noon_time)));
  CHECK_FALSE(applies("\"1\"", validators(noon_time)));
  CHECK(weft::preconditions(weft::request()).range_applies(both));
}

TEST_CASE("a note that the client has is a 304, and one that has changed meanwhile a 412") {
  std::map<int, kept_note> notes = {{1, {"milk", 1}}};
  weft::app app;
  add_notes(app, notes);
  client web(app);
  const auto first = web.get("/notes/1");
  CHECK(first.status == 200);
  CHECK(first.header("ETag") == "\"v1\"");
  CHECK(first.body == R"({"text":"milk","version":1})");

  const auto again = web.get("/notes/1", {{"If-None-Match", "\"v1\""}});
  CHECK(again.status == 304);
  CHECK(again.header("ETag") == "\"v1\"");
  CHECK(again.body.empty());
  CHECK(again.content_type.empty());

  const std::string changed = R"({"text":"bread","version":0})";
  CHECK(web.ask("PUT", "/notes/1", changed).status == 428);
  const auto put = web.ask("PUT", "/notes/1", changed, {{"If-Match", "\"v1\""}});
  CHECK(put.status == 200);
  CHECK(put.header("ETag") == "\"v2\"");
  const auto lost = web.ask("PUT", "/notes/1", changed, {{"If-Match", "\"v1\""}});
  CHECK(lost.status == 412);
  CHECK(lost.content_type == "application/problem+json");
  CHECK(notes[1].version == 2);

  CHECK(web.ask("PUT", "/notes/2", changed, {{"If-Match", "*"}}).status == 412);
  CHECK(web.ask("PUT", "/notes/2", changed, {{"If-None-Match", "*"}}).status == 200);
  CHECK(web.ask("PUT", "/notes/2", changed, {{"If-None-Match", "*"}}).status == 412);
}

TEST_CASE("a 304 has what a cache needs, and nothing of the content") {
  weft::app app;
  app.get("/", [](weft::context& ctx) {
    auto& res = ctx.response();
    res.set_header("Cache-Control", "max-age=60");
    res.set_header("Vary", "Accept");
    res.set_header("Content-Location", "/en");
    res.set_header("Content-Language", "en");
    res.set_header("Content-Encoding", "identity");
    res.set_header("X-Other", "stays");
    return weft::with_validators("text", validators(entity_tag::strong("1"), noon_time));
  });
  app.get("/dated", [] { return weft::with_validators("text", validators(noon_time)); });
  client web(app);
  const auto whole = web.get("/");
  CHECK(whole.header("Last-Modified") == noon);
  const auto answer = web.get("/", {{"If-None-Match", "\"1\""}});
  CHECK(answer.status == 304);
  for (const auto& name : {"Cache-Control", "Vary", "Content-Location", "ETag", "X-Other"}) {
    INFO(name);
    CHECK_FALSE(answer.header(name).empty());
  }
  for (const auto& name :
       {"Content-Type", "Content-Language", "Content-Encoding", "Last-Modified"}) {
    INFO(name);
    CHECK_FALSE(answer.whole.header(name).has_value());
  }
  const auto dated = web.get("/dated", {{"If-Modified-Since", noon}});
  CHECK(dated.status == 304);
  CHECK(dated.header("Last-Modified") == noon);
}

TEST_CASE("an answer that is no success has no tag, and no condition counts for it") {
  weft::app app;
  app.get("/", [] {
    return weft::with_validators(std::optional<kept_note>(), entity_tag::strong("1"));
  });
  client web(app);
  for (const auto& value : {"\"1\"", "*", "\"2\""}) {
    const auto answer = web.get("/", {{"If-None-Match", value}, {"If-Match", "\"3\""}});
    CHECK(answer.status == 404);
    CHECK_FALSE(answer.whole.header("ETag").has_value());
  }
}
