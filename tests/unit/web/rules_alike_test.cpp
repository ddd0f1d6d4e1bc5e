#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>
#include <vector>

// One description, read from JSON, a query and a form.
namespace {

struct search {
  std::string text;
  std::optional<std::string> email;
  std::vector<std::string> tags;
  int first = 0;
  int last = 9;
  double share = 0;
};
BOOST_DESCRIBE_STRUCT(search, (), (text, email, tags, first, last, share))

void json_rules(weft::rules_for<search>& rules) {
  rules.optional(&search::tags, &search::first, &search::last, &search::share);
  rules.size(&search::text, 1, 4);
  rules.pattern(&search::text, "[a-z]*");
  rules.email(&search::email);
  rules.pattern(weft::each(&search::tags), "\\w+");
  rules.unique(&search::tags);
  rules.range(&search::first, 0, 9);
  rules.multiple_of(&search::last, 3);
  rules.below(&search::share, 1);
  rules.check(
      &search::last, [](const search& all) { return all.first <= all.last; },
      "must not be below first");
}

/// What is wrong, as "/name: message" lines, whichever part of a request it is about.
std::string errors_of(const answer& a) {
  if (a.status == 204) return "";
  std::string lines;
  const auto json = a.json();
  for (const auto& error : json.at("errors").as_array()) {
    const auto& entry = error.as_object();
    const bool is_parameter = entry.contains("parameter");
    lines += is_parameter ? "/" : "";
    lines += entry.at(is_parameter ? "parameter" : "pointer").as_string().c_str();
    lines.append(": ").append(entry.at("message").as_string()).append("\n");
  }
  return lines;
}

TEST_CASE("JSON, queries and forms are held to the same rules in the same words") {
  weft::app app;
  app.post("/json", [](weft::json<search>) {});
  app.get("/query", [](weft::query<search>) {});
  app.post("/form", [](weft::form<search>) {});
  client web(app);
  struct row {
    std::string_view json, pairs, errors;
  };
  for (const auto& [json, pairs, errors] : {
           row{R"({"text":"ab"})", "text=ab", ""},
           row{R"({})", "", "/text: is required\n"},
           row{R"({"text":"abcde"})", "text=abcde",
               "/text: must have between 1 and 4 characters\n"},
           row{R"({"text":"A"})", "text=A", "/text: must be like [a-z]*\n"},
           row{R"({"text":"a","email":"x","first":10})", "text=a&email=x&first=10",
               "/first: must be between 0 and 9\n/email: must be an email address\n"},
           row{R"({"text":"a","last":4,"share":1})", "text=a&last=4&share=1",
               "/last: must be a multiple of 3\n/share: must be less than 1\n"},
           row{R"({"text":"a","tags":["b","b"]})", "text=a&tags=b&tags=b",
               "/tags: must have no item twice\n"},
           row{R"({"text":"a","first":7,"last":6})", "text=a&first=7&last=6",
               "/last: must not be below first\n"},
           row{R"({"text":"A","first":7,"last":6})", "text=A&first=7&last=6",
               "/text: must be like [a-z]*\n"},
       }) {
    INFO(json);
    const std::string query(pairs);
    const auto of_json = web.post("/json", json, {{"Content-Type", "application/json"}});
    const auto of_query = web.get("/query?" + query);
    const auto of_form =
        web.post("/form", query, {{"Content-Type", "application/x-www-form-urlencoded"}});
    CHECK(errors_of(of_json) == errors);
    CHECK(errors_of(of_query) == errors);
    CHECK(errors_of(of_form) == errors);
    CHECK(of_json.status == (errors.empty() ? 204 : 422));
    CHECK(of_query.status == (errors.empty() ? 204 : 400));
    CHECK(of_form.status == (errors.empty() ? 204 : 422));
  }
}

TEST_CASE("an item at fault is named by its place, or by the parameter's name") {
  weft::app app;
  app.post("/json", [](weft::json<search>) {});
  app.get("/query", [](weft::query<search>) {});
  app.post("/form", [](weft::form<search>) {});
  client web(app);
  CHECK(errors_of(web.post("/json", R"({"text":"a","tags":["b","","c"]})")) ==
        "/tags/1: must be like \\w+\n");
  CHECK(errors_of(web.get("/query?text=a&tags=b&tags=&tags=c")) == "/tags: must be like \\w+\n");
  CHECK(errors_of(web.post("/form", "text=a&tags=b&tags=&tags=c",
                           {{"Content-Type", "application/x-www-form-urlencoded"}})) ==
        "/tags/1: must be like \\w+\n");
}

}  // namespace
