#include "unit/web/support/client.hpp"
#include "web/weighted_list.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

struct sale {
  std::string what;
  int count = 0;
};
BOOST_DESCRIBE_STRUCT(sale, (), (what, count))

namespace {

weft::request with_field(const std::vector<weft::header_field>& fields) {
  weft::request req;
  req.set_headers(fields);
  return req;
}

std::string best_type(std::string_view field, std::initializer_list<std::string_view> offers) {
  const std::vector<weft::header_field> fields = {{"Accept", field}};
  return std::string(weft::accept(with_field(fields)).best(offers).value_or("none"));
}

std::string best_language(std::string_view field, std::initializer_list<std::string_view> offers) {
  const std::vector<weft::header_field> fields = {{"accept-language", field}};
  return std::string(weft::accept_language(with_field(fields)).best(offers));
}

/// "value;parameters=weight" of each element.
std::string elements_of(std::string_view text) {
  std::string all;
  weft::detail::weighted_list list(text);
  while (list.next()) {
    all.append(list.value()).append(list.parameters()).append("=");
    all += std::to_string(list.weight()) + ' ';
  }
  return all;
}

}  // namespace

TEST_CASE("a list with weights is read element by element, and what is malformed passed over") {
  CHECK(elements_of("").empty());
  CHECK(elements_of("a, b;q=0.5 ,c;q=0") == "a=1000 b=500 c=0 ");
  CHECK(elements_of("a;Q=0.123,b ; q=1.000,c;q=1.,d;q=0.") == "a=123 b=1000 c=1000 d=0 ");
  CHECK(elements_of(",, ,a,") == "a=1000 ");
  CHECK(elements_of("a/b;level=1;q=0.5;ext=2") == "a/b;level=1=500 ");
  CHECK(elements_of("a/b; x=\"1,2;q=0\" ;y=3, c") == "a/b; x=\"1,2;q=0\" ;y=3=1000 c=1000 ");
  CHECK(elements_of("a/b;x=\"\\\",c\", d") == "a/b;x=\"\\\",c\"=1000 d=1000 ");
  CHECK(elements_of("a;q=,b;q=2,c;q=1.001,d;q=0.1234,e;q=-1,f;q=.5,g;q=0,5;q=x,h")
            .ends_with("h=1000 "));
  CHECK(elements_of("a;q=,b;q=2,c;q=1.001,d;q=0.1234,e;q=-1,f;q=.5").empty());
  CHECK(elements_of("a b, \"c\", ;q=1, d") == "d=1000 ");
  CHECK(elements_of("a/b;x=\"never ends, c").ends_with("=1000 "));
  CHECK(elements_of("a/b;x=\"\\") == "a/b;x=\"\\=1000 ");
}

TEST_CASE("the type is chosen by weight, and by order where the weight is the same") {
  CHECK(best_type("", {"text/html", "application/json"}) == "text/html");
  CHECK(best_type("*/*", {"text/html", "application/json"}) == "text/html");
  CHECK(best_type("application/json", {"text/html", "application/json"}) == "application/json");
  CHECK(best_type("APPLICATION/JSON", {"application/json"}) == "application/json");
  CHECK(best_type("text/html;q=0.5, application/json", {"text/html", "application/json"}) ==
        "application/json");
  CHECK(best_type("application/*;q=0.9, text/*;q=0.8", {"text/html", "application/json"}) ==
        "application/json");
  CHECK(best_type("image/png", {"text/html"}) == "none");
  CHECK(best_type("text/html;q=0", {"text/html"}) == "none");
  CHECK(best_type("*/*;q=0", {"text/html"}) == "none");
  CHECK(best_type("junk", {"text/html"}) == "none");
  CHECK(best_type("text/html;q=junk", {"text/html"}) == "text/html");  // as not sent
}

TEST_CASE("the most specific range counts") {
  // RFC 9110 12.5.1
  const std::string_view field =
      "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, "
      "text/plain;format=fixed;q=0.4, */*;q=0.5";
  const std::initializer_list<std::string_view> offers = {"text/html", "image/jpeg",
                                                          "text/plain;format=fixed", "text/plain",
                                                          "text/plain;format=flowed"};
  CHECK(best_type(field, offers) == "text/plain;format=flowed");
  CHECK(best_type(field, {"text/html", "image/jpeg", "text/plain"}) == "text/plain");
  CHECK(best_type(field, {"text/html", "image/jpeg"}) == "image/jpeg");
  CHECK(best_type(field, {"text/html", "text/plain; FORMAT=\"fixed\""}) ==
        "text/plain; FORMAT=\"fixed\"");
  CHECK(best_type("text/*, text/html;q=0", {"text/html", "text/csv"}) == "text/csv");
  CHECK(best_type("text/html;level=1", {"text/html"}) == "none");
  CHECK(best_type("*/*;q=0.1, text/html;q=0", {"text/html", "x/y"}) == "x/y");
}

TEST_CASE("a language fits who wants it, its country, or the language of it") {
  CHECK(best_language("", {"en", "de"}) == "en");
  CHECK(best_language("de", {"en", "de"}) == "de");
  CHECK(best_language("DE-ch", {"en", "de-CH"}) == "de-CH");
  CHECK(best_language("de", {"en", "de-CH"}) == "de-CH");
  CHECK(best_language("de-CH", {"en", "de"}) == "de");
  CHECK(best_language("en-US, de;q=0.9", {"de", "en"}) == "en");
  CHECK(best_language("de-AT, en;q=0.9", {"en", "de"}) == "de");
  CHECK(best_language("fr, en;q=0.5", {"de", "en"}) == "en");
  CHECK(best_language("fr", {"de", "en"}) == "de");
  CHECK(best_language("*", {"de", "en"}) == "de");
  CHECK(best_language("de;q=0, *", {"de", "en"}) == "en");
  CHECK(best_language("de;q=0, de-CH", {"en", "de"}) == "en");
  CHECK(best_language("d", {"en", "de"}) == "en");
  CHECK(best_language("den", {"en", "de"}) == "en");
  CHECK(best_language("zh-Hant-TW", {"en", "zh-Hans", "zh-Hant"}) == "zh-Hant");
}

TEST_CASE("a handler answers in the form that is wanted, and says what the answer depends on") {
  weft::app app;
  // [accept]
  app.get("/sales", [](weft::accept wanted) -> weft::either<std::vector<sale>, weft::content> {
    const auto type = wanted.require({"application/json", "text/csv"});
    if (type == "text/csv") return weft::content("text/csv", "what,count\ntea,3\n");
    return std::vector<sale>{{"tea", 3}};
  });
  // [/accept]
  // [accept_language]
  app.get("/hello", [](weft::accept_language wanted) {
    return wanted.best({"en", "de"}) == "de" ? "Guten Tag" : "Hello";
  });
  // [/accept_language]
  app.get("/later",
          [](weft::accept, weft::accept_language) -> weft::task<std::string> { co_return "both"; });
  client web(app);
  const auto json = web.get("/sales");
  CHECK(json.content_type == "application/json");
  CHECK(json.body == R"([{"what":"tea","count":3}])");
  CHECK(json.header("Vary") == "Accept");
  const auto csv = web.get("/sales", {{"Accept", "text/csv, application/json;q=0.1"}});
  CHECK(csv.content_type == "text/csv");
  CHECK(csv.body == "what,count\ntea,3\n");
  CHECK(csv.header("Vary") == "Accept");
  const auto none = web.get("/sales", {{"Accept", "image/png"}});
  CHECK(none.status == 406);
  CHECK(none.json().at("detail") == "There is application/json, text/csv.");
  CHECK(web.get("/hello", {{"Accept-Language", "de-CH,de;q=0.9"}}).body == "Guten Tag");
  CHECK(web.get("/hello", {{"Accept-Language", "fr"}}).body == "Hello");
  CHECK(web.get("/hello").header("Vary") == "Accept-Language");
  CHECK(web.get("/later").header("Vary") == "Accept, Accept-Language");
  const header_list split = {{"Accept", "image/png"}, {"Accept", "text/csv"}};
  CHECK(web.get("/sales", split).content_type == "text/csv");
}

TEST_CASE("a long field costs no more than its length") {
  std::string field;
  for (int i = 0; i < 4000; ++i) field += "a/b;q=\",";
  CHECK(best_type(field + "text/html", {"text/html", "text/csv"}) != "text/csv");
}
