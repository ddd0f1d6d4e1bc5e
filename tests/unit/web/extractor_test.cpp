#include "unit/web/support/client.hpp"

#include <weft/runtime/guarded.hpp>
#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

enum class colour { red, green };
BOOST_DESCRIBE_ENUM(colour, red, green)

struct page {
  int limit = 20;
  std::optional<int> offset;
  std::vector<std::string> tag;
  std::optional<colour> paint;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(page, (), (limit, offset, tag, paint, text))
void json_rules(weft::rules_for<page>& rules) {
  rules.optional(&page::limit, &page::text);
  rules.range(&page::limit, 1, 100);
  rules.size(&page::tag, 0, 3);
  rules.size(&page::text, 0, 5);
}

struct item {
  int id = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(item, (), (id, name))

struct order {
  std::vector<item> items;
};
BOOST_DESCRIBE_STRUCT(order, (), (items))

/// The first entry of `errors` as "member where: message".
std::string first_error(const answer& a) {
  const auto error = a.json().at("errors").at(0).as_object();
  const auto& where = *error.begin();
  return std::string(where.key()) + ' ' + std::string(where.value().as_string()) + ": " +
         std::string(error.at("message").as_string());
}

TEST_CASE("path parameters come in the order of the pattern and in their types") {
  weft::app app;
  // [path]
  app.get("/{shelf}/{id}/{paint}", [](weft::path<std::string> shelf, weft::path<std::int64_t> id,
                                      weft::path<colour> paint) {
    return *shelf + '/' + std::to_string(*id) + (*paint == colour::green ? " green" : " red");
  });
  // [/path]
  app.get("/wild/{*rest}", [](weft::path<> rest) { return *rest; });
  client web(app);
  CHECK(web.get("/top/-7/green").body == "top/-7 green");
  CHECK(web.get("/wild/a/b%20c").body == "a/b c");
}

TEST_CASE("a path parameter of the wrong type is a 400 that names it") {
  weft::app app;
  app.get("/int/{id}", [](weft::path<int> id) { return std::to_string(*id); });
  app.get("/byte/{n}", [](weft::path<std::uint8_t> n) { return std::to_string(*n); });
  app.get("/colour/{c}", [](weft::path<colour> c) { return std::to_string(static_cast<int>(*c)); });
  app.get("/double/{d}", [](weft::path<double> d) { return std::to_string(*d); });
  client web(app);
  struct row {
    const char* path;
    const char* error;
  };
  const row rows[] = {
      {"/int/x", "parameter id: must be an integer"},
      {"/int/1x", "parameter id: must be an integer"},
      {"/int/+1", "parameter id: must be an integer"},
      {"/int/1.0", "parameter id: must be an integer"},
      {"/int/2147483648", "parameter id: must be between -2147483648 and 2147483647"},
      {"/int/99999999999999999999", "parameter id: must be between -2147483648 and 2147483647"},
      {"/byte/256", "parameter n: must be between 0 and 255"},
      {"/byte/-1", "parameter n: must be between 0 and 255"},
      {"/byte/-x", "parameter n: must be an integer"},
      {"/colour/blue", "parameter c: must be one of \"red\", \"green\""},
      {"/double/nan", "parameter d: must be a number"},
      {"/double/1e999", "parameter d: is beyond the range of its type"},
      {"/double/.", "parameter d: must be a number"},
  };
  for (const auto& row : rows) {
    INFO("path " << row.path);
    const auto refused = web.get(row.path);
    CHECK(refused.status == 400);
    CHECK(first_error(refused) == row.error);
  }
  CHECK(web.get("/int/-2147483648").body == "-2147483648");
  CHECK(web.get("/byte/255").body == "255");
}

std::string text_of(const page& p) {
  auto text = std::to_string(p.limit) + ',' + (p.offset ? std::to_string(*p.offset) : "none");
  for (const auto& tag : p.tag) text += ',' + tag;
  if (p.paint) text += *p.paint == colour::red ? ",red" : ",green";
  return text + ';' + p.text;
}

TEST_CASE("a query fills the members of a struct") {
  weft::app app;
  // [query]
  app.get("/", [](weft::query<page> where) { return text_of(*where); });
  // [/query]
  client web(app);
  CHECK(web.get("/").body == "20,none;");
  CHECK(web.get("/?limit=5&offset=10").body == "5,10;");
  CHECK(web.get("/?tag=a&tag=b+c&tag=%26").body == "20,none,a,b c,&;");
  CHECK(web.get("/?paint=green&text=a%3Db").body == "20,none,green;a=b");
  CHECK(web.get("/?&&limit=5&&unknown=1&").body == "5,none;");
  CHECK(web.get("/?te%78t=hi").body == "20,none;hi");
}

TEST_CASE("a query that does not fit is a 400 with every parameter that is wrong") {
  weft::app app;
  app.get("/", [](weft::query<page> where) { return text_of(*where); });
  app.get("/item", [](weft::query<item> wanted) { return wanted->name; });
  client web(app);
  struct row {
    const char* target;
    const char* error;
  };
  const row rows[] = {
      {"/?limit=0", "parameter limit: must be between 1 and 100"},
      {"/?limit=", "parameter limit: must be an integer"},
      {"/?limit", "parameter limit: must be an integer"},
      {"/?limit=5&limit=6", "parameter limit: appears twice"},
      {"/?offset=x", "parameter offset: must be an integer"},
      {"/?tag=1&tag=2&tag=3&tag=4", "parameter tag: must have at most 3 items"},
      {"/?text=abcdef", "parameter text: must have at most 5 characters"},
      {"/?paint=blue", "parameter paint: must be one of \"red\", \"green\""},
      {"/item?id=1", "parameter name: is required"},
  };
  for (const auto& row : rows) {
    INFO("target " << row.target);
    const auto refused = web.get(row.target);
    CHECK(refused.status == 400);
    CHECK(first_error(refused) == row.error);
  }
  const auto all = web.get("/?limit=0&offset=x&paint=blue");
  CHECK(all.json().at("errors").as_array().size() == 3);
  CHECK(web.get("/item").json().at("errors").as_array().size() == 2);
  CHECK(web.get("/?limit=%zz").status == 400);
  CHECK(web.get("/?text=%FF").status == 400);
}

TEST_CASE("a single query parameter is required, optional, defaulted or repeated") {
  weft::app app;
  app.get("/one", [](weft::query_value<"m", int> m) { return std::to_string(*m); });
  app.get("/default", [](weft::query_value<"m", int, 7> m) { return std::to_string(*m); });
  app.get("/optional", [](weft::query_value<"m", std::optional<int>> m) {
    return *m ? std::to_string(**m) : "none";
  });
  app.get("/many",
          [](weft::query_value<"m", std::vector<int>> m) { return std::to_string(m->size()); });
  client web(app);
  CHECK(web.get("/one?m=3").body == "3");
  CHECK(first_error(web.get("/one")) == "parameter m: is required");
  CHECK(first_error(web.get("/one?m=3&m=4")) == "parameter m: appears twice");
  CHECK(first_error(web.get("/one?m=x")) == "parameter m: must be an integer");
  CHECK(web.get("/default").body == "7");
  CHECK(web.get("/default?m=8").body == "8");
  CHECK(web.get("/default?m=x").status == 400);
  CHECK(web.get("/optional").body == "none");
  CHECK(web.get("/optional?m=3").body == "3");
  CHECK(web.get("/many").body == "0");
  CHECK(web.get("/many?m=1&m=2").body == "2");
  CHECK(web.get("/many?m=1&m=x").status == 400);
}

TEST_CASE("a JSON body is read into a described type") {
  weft::app app;
  // [json]
  app.post("/items", [](weft::json<item> wanted) -> weft::task<std::string> {
    co_return wanted->name + std::to_string(wanted->id);
  });
  // [/json]
  client web(app);
  const auto body = R"({"id":7,"name":"cup","more":[1]})";
  CHECK(web.post("/items", body).body == "cup7");
  for (auto type : {"application/json", "Application/JSON; charset=utf-8", "application/hal+json",
                    " application/vnd.api+json ;x=y"}) {
    INFO("type " << type);
    CHECK(web.post("/items", body, {{"content-type", type}}).body == "cup7");
  }
}

TEST_CASE("a body of another media type is a 415") {
  weft::app app;
  app.post("/items", [](weft::json<item> wanted) { return wanted->name; });
  client web(app);
  for (auto type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonp", "+json",
                    "json", ""}) {
    INFO("type " << type);
    CHECK(web.post("/items", R"({"id":1,"name":"a"})", {{"Content-Type", type}}).status == 415);
  }
}

TEST_CASE("broken JSON is a 400, JSON that does not fit a 422 with pointers") {
  weft::app app;
  app.post("/orders",
           [](weft::json<order> wanted) { return std::to_string(wanted->items.size()); });
  client web(app);
  for (auto broken : {"", "{", "{\"items\":[}", "[1,]", "nul"}) {
    INFO("body " << broken);
    const auto refused = web.post("/orders", broken);
    CHECK(refused.status == 400);
    CHECK_THAT(std::string(refused.json().at("detail").as_string()), ContainsSubstring("not JSON"));
  }
  const auto unfit = web.post("/orders", R"({"items":[{"id":1,"name":"a"},{"id":"x"}]})");
  CHECK(unfit.status == 422);
  CHECK(first_error(unfit) == "pointer /items/1/id: must be an integer");
  CHECK(unfit.json().at("errors").at(1).at("pointer") == "/items/1/name");
  CHECK(unfit.json().at("errors").at(1).at("message") == "is required");
}

TEST_CASE("a header is found in any case, typed and perhaps optional") {
  weft::app app;
  app.get("/need", [](weft::header<"X-Count", int> count) { return std::to_string(*count); });
  app.get("/may", [](weft::header<"X-Count", std::optional<int>> count) {
    return *count ? std::to_string(**count) : "none";
  });
  client web(app);
  CHECK(web.get("/need", {{"x-COUNT", "5"}}).body == "5");
  CHECK(first_error(web.get("/need")) == "header X-Count: is required");
  CHECK(first_error(web.get("/need", {{"X-Count", "a"}})) == "header X-Count: must be an integer");
  CHECK(first_error(web.get("/need", {{"X-Count", "1"}, {"x-count", "2"}})) ==
        "header X-Count: appears twice");
  CHECK(web.get("/may").body == "none");
  CHECK(web.get("/may", {{"X-Count", "6"}}).body == "6");
}

TEST_CASE("the raw body comes as it is") {
  weft::app app;
  app.post("/", [](weft::body raw) -> weft::task<std::string> { co_return *raw + '!'; });
  client web(app);
  CHECK(web.post("/", std::string("a\0b", 3), {{"Content-Type", "x/y"}}).body ==
        std::string("a\0b!", 4));
}

TEST_CASE("state is one object for all requests") {
  weft::app app;
  app.get("/", [](weft::state<weft::guarded<int>> count) -> weft::task<std::string> {
    const int seen = co_await count->with([](int& n) { return ++n; });
    co_return std::to_string(seen);
  });
  app.get("/name", [](weft::state<const std::string> name) { return *name; });
  app.state(std::make_shared<weft::guarded<int>>(0));
  app.state(std::string("weft"));
  CHECK_NOTHROW(app.check());
  client web(app);
  CHECK(web.get("/").body == "1");
  CHECK(web.get("/").body == "2");
  CHECK(web.get("/name").body == "weft");
}

TEST_CASE("a state that nobody registered is found before serving") {
  weft::app app;
  app.get("/a/{id}", [](weft::state<int> n) { return std::to_string(*n); });
  CHECK_THROWS_MATCHES(
      app.check(), std::logic_error,
      MessageMatches(ContainsSubstring("GET /a/{id}") && ContainsSubstring("state<int>")));
  client web(app);
  CHECK(web.get("/a/1").status == 500);
}

TEST_CASE("two states of one type are refused") {
  weft::app app;
  app.state(1);
  CHECK_THROWS_MATCHES(app.state(2), std::logic_error, MessageMatches(ContainsSubstring("int")));
}

TEST_CASE("all extractors of a handler tell what is wrong in one answer") {
  weft::app app;
  app.post("/{id}", [](weft::path<int>, weft::query_value<"m", int>, weft::header<"X-A">) {});
  client web(app);
  const auto refused = web.post("/x", "");
  CHECK(refused.status == 400);
  CHECK(refused.json().at("errors").as_array().size() == 3);
}

TEST_CASE("the request, the context and extractors come in any order") {
  weft::app app;
  app.get("/{a}/{b}",
          [](const weft::request& req, weft::path<> a, weft::context& ctx, weft::query_value<"q"> q,
             weft::path<> b) -> weft::task<std::string> {
            ctx.response().set_header("X-Route", ctx.route()->pattern());
            co_return std::string(req.method_name()) + *a + *b + *q +
                ctx.parameter("b").value_or("?") + ctx.parameter("c").value_or("?");
          });
  client web(app);
  const auto seen = web.get("/1/%32?q=3");
  CHECK(seen.body == "GET1232?");
  CHECK(seen.header("X-Route") == "/{a}/{b}");
}

struct client_name {
  static std::optional<client_name> extract(weft::context& ctx) {
    const auto name = ctx.request().header("X-Client");
    if (name) return client_name{std::string(*name)};
    ctx.reject(weft::http_status::unauthorized, std::string("Who are you?"));
    return std::nullopt;
  }
  std::string text;
};

TEST_CASE("an application brings its own extractors") {
  weft::app app;
  app.get("/", [](client_name who) { return who.text; });
  client web(app);
  CHECK(web.get("/", {{"X-Client", "ann"}}).body == "ann");
  const auto refused = web.get("/");
  CHECK(refused.status == 401);
  CHECK(refused.json().at("detail") == "Who are you?");
}

}  // namespace

/// A type that reads itself from text.
struct even_number {
  int value = 0;
};

template <>
struct weft::text_value<even_number> {
  static std::string read(std::string_view text, even_number& out) {
    auto wrong = text_value<int>::read(text, out.value);
    return wrong.empty() && out.value % 2 != 0 ? "must be even" : wrong;
  }
};

namespace {

TEST_CASE("a type of one's own is read where text is") {
  weft::app app;
  app.get("/{n}", [](weft::path<even_number> n) { return std::to_string(n->value); });
  app.get("/q", [](weft::query_value<"n", std::optional<even_number>> n) {
    return *n ? std::to_string((*n)->value) : "none";
  });
  client web(app);
  CHECK(web.get("/4").body == "4");
  CHECK(first_error(web.get("/5")) == "parameter n: must be even");
  CHECK(web.get("/q?n=6").body == "6");
  CHECK(web.get("/q").body == "none");
}

}  // namespace
