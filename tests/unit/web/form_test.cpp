#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace {

enum class drink { tea, coffee };
BOOST_DESCRIBE_ENUM(drink, tea, coffee)

struct booking {
  std::string name;
  std::uint8_t seats = 0;
  std::optional<std::string> note;
  std::optional<int> age;
  drink taste = drink::tea;
  bool news = false;
  std::vector<std::string> tag;
};
BOOST_DESCRIBE_STRUCT(booking, (), (name, seats, note, age, taste, news, tag))
void json_rules(weft::rules_for<booking>& rules) {
  rules.size(&booking::name, 1, 10);
  rules.range(&booking::seats, 1, 8);
  rules.optional(&booking::taste, &booking::news);
  rules.size(&booking::tag, 0, 2);
}

std::string text_of(const booking& b) {
  auto text = b.name + ' ' + std::to_string(b.seats);
  if (b.note) text += " note=" + *b.note;
  if (b.age) text += " age=" + std::to_string(*b.age);
  if (b.taste == drink::coffee) text += " coffee";
  if (b.news) text += " news";
  for (const auto& tag : b.tag) text += " #" + tag;
  return text;
}

struct strict_login {
  std::string user;
};
BOOST_DESCRIBE_STRUCT(strict_login, (), (user))
void json_rules(weft::rules_for<strict_login>& rules) { rules.refuse_unknown(); }

constexpr const char* form_type = "application/x-www-form-urlencoded";

answer post_form(client& web, const std::string& target, const std::string& body,
                 const std::string& type = form_type) {
  return web.post(target, body, {{"Content-Type", type}});
}

void add_booking(weft::app& app) {
  // [form]
  app.post("/bookings", [](weft::form<booking> wanted) { return text_of(*wanted); });
  // [/form]
}

std::string errors_of(const answer& a) {
  std::string lines;
  const auto json = a.json();
  for (const auto& error : json.at("errors").as_array()) {
    lines.append(error.at("pointer").as_string()).append(" ");
    lines.append(error.at("message").as_string()).append("\n");
  }
  return lines;
}

TEST_CASE("a form fills the members of a struct") {
  weft::app app;
  add_booking(app);
  client web(app);
  const auto text = [&](const std::string& body) { return post_form(web, "/bookings", body).body; };
  CHECK(text("name=ann&seats=2") == "ann 2");
  CHECK(text("seats=2&name=A+%26+B") == "A & B 2");
  CHECK(text("name=%C3%A9&seats=2&taste=coffee&tag=x&tag=y") == "\xc3\xa9 2 coffee #x #y");
  CHECK(text("name=\xc3\xa9&seats=2&note=a=b;c") == "\xc3\xa9 2 note=a=b;c");
  CHECK(text("&&name=ann&&seats=2&more=1&") == "ann 2");
  CHECK(text("n%61me=ann&seats=2") == "ann 2");
}

TEST_CASE("what browsers make of boxes and of inputs that were left empty is understood") {
  weft::app app;
  add_booking(app);
  client web(app);
  const auto text = [&](const std::string& body) {
    return post_form(web, "/bookings", "name=ann&seats=2&" + body).body;
  };
  CHECK(text("news=on") == "ann 2 news");
  CHECK(text("news=true") == "ann 2 news");
  CHECK(text("news=false") == "ann 2");
  CHECK(text("note=") == "ann 2 note=");
  CHECK(text("note") == "ann 2 note=");
  CHECK(text("age=&taste=&news=") == "ann 2");
  CHECK(post_form(web, "/bookings", "name=ann&seats=2&news=off").status == 422);
  CHECK(errors_of(post_form(web, "/bookings", "name=ann&seats=")) == "/seats must be an integer\n");
  CHECK(errors_of(post_form(web, "/bookings", "name=&seats=1")) ==
        "/name must have between 1 and 10 characters\n");
}

TEST_CASE("a form that does not fit is a 422 with a pointer to each field that is wrong") {
  weft::app app;
  add_booking(app);
  app.post("/login", [](weft::form<strict_login> who) { return who->user; });
  client web(app);
  struct row {
    const char* body;
    const char* errors;
  };
  const row rows[] = {
      {"", "/name is required\n/seats is required\n"},
      {"name=ann&seats=9", "/seats must be between 1 and 8\n"},
      {"name=ann&seats=2x", "/seats must be an integer\n"},
      {"name=ann&seats=2&seats=3&seats=4", "/seats appears twice\n"},
      {"name=ann&seats=2&taste=water", "/taste must be one of \"tea\", \"coffee\"\n"},
      {"name=ann&seats=2&tag=1&tag=2&tag=3", "/tag must have at most 2 items\n"},
      {"name=12345678901&seats=0&age=x",
       "/name must have between 1 and 10 characters\n/seats must be between 1 and 8\n"
       "/age must be an integer\n"},
  };
  for (const auto& row : rows) {
    INFO("body " << row.body);
    const auto refused = post_form(web, "/bookings", row.body);
    CHECK(refused.status == 422);
    CHECK(errors_of(refused) == row.errors);
  }
  CHECK(post_form(web, "/login", "user=ann").body == "ann");
  CHECK(errors_of(post_form(web, "/login", "user=ann&a%2Fb~=1")) == "/a~1b~0 is not known\n");
  std::string many = "user=ann";
  for (int i = 0; i < 900; ++i) many += "&x" + std::to_string(i);
  CHECK(post_form(web, "/login", many).json().at("errors").as_array().size() == 32);
}

TEST_CASE("a form that cannot be decoded is a 400") {
  weft::app app;
  add_booking(app);
  client web(app);
  for (auto body : {"name=%zz&seats=1", "name=%4&seats=1", "name=a&seats=1&x=%FF",
                    "name=\xff&seats=1", "name=a&seats=1&%C0%80=1", "name=%ED%A0%80&seats=1"}) {
    INFO("body " << body);
    CHECK(post_form(web, "/bookings", body).status == 400);
  }
}

TEST_CASE("a body of another media type is no form") {
  weft::app app;
  add_booking(app);
  client web(app);
  const std::string good = "name=ann&seats=2";
  for (auto type : {"application/x-www-form-urlencoded", "Application/X-WWW-Form-URLencoded",
                    "application/x-www-form-urlencoded; charset=UTF-8",
                    " application/x-www-form-urlencoded ;x"}) {
    INFO("type " << type);
    CHECK(post_form(web, "/bookings", good, type).status == 200);
  }
  for (auto type : {"", "text/plain", "application/json", "x-www-form-urlencoded",
                    "application/x-www-form-urlencoded2", "application/x-www-form-urlencoded,x"}) {
    INFO("type " << type);
    CHECK(post_form(web, "/bookings", good, type).status == 415);
  }
  CHECK(web.post("/bookings", good).status == 415);
}

TEST_CASE("a form has a bounded number of fields") {
  weft::app app;
  add_booking(app);
  client web(app);
  std::string most = "name=ann&seats=2";
  for (int i = 2; i < 1000; ++i) most += "&x=";
  CHECK(post_form(web, "/bookings", most).body == "ann 2");
  CHECK(post_form(web, "/bookings", most + "&&&").body == "ann 2");
  const auto refused = post_form(web, "/bookings", most + "&x");
  CHECK(refused.status == 400);
  CHECK(refused.json().at("detail") == "The form has more than 1000 fields (max_fields).");
}

TEST_CASE("an app has other bounds for forms") {
  weft::app app;
  add_booking(app);
  app.limit_forms({.max_fields = 2});
  client web(app);
  CHECK(post_form(web, "/bookings", "name=ann&seats=2").status == 200);
  CHECK(post_form(web, "/bookings", "name=ann&seats=2&x=1").status == 400);
}

}  // namespace
