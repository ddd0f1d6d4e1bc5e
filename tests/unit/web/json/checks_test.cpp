#include "reading.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <stdexcept>

// Rules beyond the bounds of a member's own value.
namespace desk {

enum class level { low, middle, high };
BOOST_DESCRIBE_ENUM(level, low, middle, high)

// [checks]
struct account {
  std::string name;
  std::string email;
  std::optional<std::string> homepage;
  std::string plan = "free";
  int seats = 5;
  double price = 0.5;
  std::vector<std::string> tags;
  int first_day = 1;
  int last_day = 7;
};
BOOST_DESCRIBE_STRUCT(account, (),
                      (name, email, homepage, plan, seats, price, tags, first_day, last_day))

inline void json_rules(weft::rules_for<account>& rules) {
  rules.all_optional();
  rules.pattern(&account::name, "[a-z][a-z0-9-]*");
  rules.size(&account::name, 1, 30);
  rules.email(&account::email);
  rules.url(&account::homepage);
  rules.one_of(&account::plan, {"free", "team"});
  rules.multiple_of(&account::seats, 5);
  rules.above(&account::price, 0);
  rules.multiple_of(&account::price, 0.01);
  rules.unique(&account::tags);
  rules.size(weft::each(&account::tags), 1, 8);
  rules.check(
      &account::tags, [](const std::vector<std::string>& tags) { return tags.size() % 2 == 0; },
      "must come in pairs");
  rules.check(
      &account::last_day, [](const account& all) { return all.first_day < all.last_day; },
      "must be after first_day");
}
// [/checks]

struct plane {
  std::vector<std::vector<int>> seats;
  std::map<std::string, std::vector<std::optional<std::string>>> notes;
  std::array<double, 3> weights{};
  std::vector<level> levels;
  std::map<std::string, std::int8_t> counts;
};
BOOST_DESCRIBE_STRUCT(plane, (), (seats, notes, weights, levels, counts))

inline void json_rules(weft::rules_for<plane>& rules) {
  rules.all_optional();
  rules.unique(&plane::seats);
  rules.size(weft::each(&plane::seats), 1, 2);
  rules.range(weft::each(weft::each(&plane::seats)), 0, 9);
  rules.multiple_of(weft::each(weft::each(&plane::seats)), 2);
  rules.pattern(weft::each(weft::each(&plane::notes)), "[a-z]+");
  rules.below(weft::each(&plane::weights), 2.5);
  rules.at_least(weft::each(&plane::weights), -1);
  rules.one_of(weft::each(&plane::levels), {level::low, level::high});
  rules.at_most(weft::each(&plane::counts), 3);
  rules.one_of(weft::each(&plane::counts), {-1, 2, 3});
}

struct person {
  std::string name;
  std::optional<level> rank;
  bool accepts = false;
  std::vector<person> friends;
};
BOOST_DESCRIBE_STRUCT(person, (), (name, rank, accepts, friends))

inline void json_rules(weft::rules_for<person>& rules) {
  rules.optional(&person::friends);
  rules.check(
      &person::accepts, [](const bool& yes) { return yes; }, "must be accepted");
  rules.check(
      &person::rank, [](const level& rank) { return rank != level::low; }, "must not be low");
  rules.check(
      &person::friends, [](const person& all) { return all.friends.size() <= all.name.size(); },
      "must not be more than letters in the name");
}

struct pair {
  int low = 0;
  int high = 0;
};
BOOST_DESCRIBE_STRUCT(pair, (), (low, high))

inline void json_rules(weft::rules_for<pair>& rules) {
  rules.check(
      &pair::high, [](const pair& both) { return both.low <= both.high; }, "must not be below low");
}

struct named {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(named, (), (name))

struct named_pair : named, pair {};
BOOST_DESCRIBE_STRUCT(named_pair, (named, pair), ())

template <int N>
struct wrong_rule {
  std::string text;
  double number = 0;
};
BOOST_DESCRIBE_STRUCT(wrong_rule<0>, (), (text, number))
BOOST_DESCRIBE_STRUCT(wrong_rule<1>, (), (text, number))

inline void json_rules(weft::rules_for<wrong_rule<0>>& rules) {
  rules.pattern(&wrong_rule<0>::text, "(");
}
inline void json_rules(weft::rules_for<wrong_rule<1>>& rules) {
  rules.multiple_of(&wrong_rule<1>::number, 0);
}

}  // namespace desk

namespace {

using lines = std::vector<std::string>;

template <class T = desk::account>
void check_values(std::string_view member, std::initializer_list<std::string_view> good,
                  std::initializer_list<std::string_view> bad, const std::string& message) {
  const auto text = [member](std::string_view value) {
    return "{\"" + std::string(member) + "\":" + std::string(value) + "}";
  };
  for (const auto value : good) {
    INFO(value);
    CHECK(issues_of<T>(text(value)).empty());
  }
  for (const auto value : bad) {
    INFO(value);
    CHECK(issues_of<T>(text(value)) == lines{"/" + std::string(member) + ": " + message});
  }
}

TEST_CASE("a pattern holds for the whole text") {
  check_values("name", {R"("a")", R"("a-1")", R"("\u0061b")"},
               {R"("A")", R"("a b")", R"("a\n")", R"("a\u0000")", R"(" a")"},
               "must be like [a-z][a-z0-9-]*");
}

TEST_CASE("what is not within its bounds is not looked at again") {
  CHECK(issues_of<desk::account>(R"({"name":""})") ==
        lines{"/name: must have between 1 and 30 characters"});
}

TEST_CASE("email addresses are those that browsers take, with a dot in the host") {
  const std::string label(63, 'a');
  const std::string long_host = label + "." + label + "." + label + ".de";  // 195
  check_values("email",
               {R"("a@b.de")", R"("a.b+c@x-y.example.com")", R"("!#$%&'*+/=?^_`{|}~-@b.de")",
                "\"" + std::string(58, 'x') + "@" + long_host + "\"",
                "\"" + std::string(64, 'x') + "@b.de\""},
               {R"("")",
                R"("a")",
                R"("@b.de")",
                R"("a@")",
                R"("a@b")",
                R"("a@b..de")",
                R"("a@.de")",
                R"("a@b.de.")",
                R"("a@-b.de")",
                R"("a@b-.de")",
                R"("a@b@c.de")",
                R"("a b@c.de")",
                R"("é@b.de")",
                R"("a@bé.de")",
                R"("a@b.de\n")",
                R"("<a@b.de>")",
                R"("\"a\"@b.de")",
                R"("a@[127.0.0.1]")",
                R"("a\u0000@b.de")",
                "\"" + std::string(65, 'x') + "@b.de\"",
                "\"a@" + label + "a.de\"",
                "\"" + std::string(60, 'x') + "@" + long_host + "\""},
               "must be an email address");
}

TEST_CASE("URLs are absolute, of the web, and have a host") {
  check_values("homepage",
               {R"("http://a")", R"("https://a.de:8080/x?y=1#z")", R"("HTTPS://u@[::1]/")"},
               {R"("")", R"("a.de")", R"("//a.de")", R"("/x")", R"("http:///x")", R"("http:x")",
                R"("ftp://a.de")", R"x("javascript:alert(1)")x", R"("http://a b")",
                R"("http://a/\n")", R"("http://é.de")", R"(" http://a")"},
               "must be an http or https URL");
}

TEST_CASE("one of the choices") {
  check_values("plan", {R"("free")", R"("team")"}, {R"("")", R"("Free")", R"("free ")"},
               "must be one of \"free\", \"team\"");
  check_values<desk::plane>("levels", {"[]", R"(["low","high"])"}, {}, "");
  CHECK(issues_of<desk::plane>(R"({"levels":["low","middle"]})") ==
        lines{"/levels/1: must be one of \"low\", \"high\""});
}

TEST_CASE("multiples, and what is above") {
  check_values("seats", {"0", "5", "-5", "1e1", "-2147483645"}, {"1", "-4", "2147483647"},
               "must be a multiple of 5");
  check_values("price", {"0.01", "19.99", "7", "1e300"}, {"0.001", "19.995", "1e-300"},
               "must be a multiple of 0.01");
  check_values("price", {}, {"0", "-1", "-0.0"}, "must be more than 0");
}

TEST_CASE("no item twice") {
  check_values("tags", {"[]", R"(["a","b"])", R"(["a","A"])"},
               {R"(["a","a"])", R"(["b","a","a","c"])"}, "must have no item twice");
  std::string many = R"({"seats":[)";
  for (int i = 0; i != 50'000; ++i) many += "[" + std::to_string(i % 5 * 2) + "],";
  many.back() = ']';
  CHECK(issue_of<desk::plane>(many + "}") == "/seats: must have no item twice");
}

TEST_CASE("rules for items name each item that breaks them") {
  CHECK(issues_of<desk::account>(R"({"tags":["a","","ok","123456789"]})") ==
        lines{"/tags/1: must have between 1 and 8 characters",
              "/tags/3: must have between 1 and 8 characters"});
  CHECK(issues_of<desk::plane>(R"({"seats":[[0,2],[4,10],[],[3]]})") ==
        lines{"/seats/2: must have between 1 and 2 items", "/seats/1/1: must be between 0 and 9",
              "/seats/3/0: must be a multiple of 2"});
  CHECK(issues_of<desk::plane>(R"({"notes":{"a":["x",null],"b/c":["y","Z"]}})") ==
        lines{"/notes/b~1c/1: must be like [a-z]+"});
  CHECK(issues_of<desk::plane>(R"({"weights":[2.5,-2,2.25]})") ==
        lines{"/weights/0: must be less than 2.5", "/weights/1: must be at least -1"});
  CHECK(issues_of<desk::plane>(R"({"counts":{"a":3,"b":4,"c":1,"d":-1}})") ==
        lines{"/counts/b: must be between -128 and 3", "/counts/b: must be one of -1, 2, 3",
              "/counts/c: must be one of -1, 2, 3"});
}

TEST_CASE("a rule of one's own holds for values of any kind") {
  CHECK(issues_of<desk::account>(R"({"tags":["a"]})") == lines{"/tags: must come in pairs"});
  CHECK(issues_of<desk::person>(
            R"({"name":"abc","rank":"low","accepts":false,"friends":[{"name":"x","accepts":true},
               {"name":"y","accepts":false,"friends":[]}]})") ==
        lines{"/friends/1/accepts: must be accepted", "/accepts: must be accepted",
              "/rank: must not be low"});
  CHECK(issues_of<desk::person>(R"({"name":"abc","rank":null,"accepts":true})").empty());
}

TEST_CASE("a rule of the object is looked at where nothing else is wrong with it") {
  CHECK(issue_of<desk::account>(R"({"first_day":3,"last_day":3})") ==
        "/last_day: must be after first_day");
  CHECK(issue_of<desk::account>(R"({"first_day":9})") == "/last_day: must be after first_day");
  CHECK(issue_of<desk::account>(R"({"first_day":9,"seats":1})") ==
        "/seats: must be a multiple of 5");
  CHECK(issue_of<desk::account>(R"({"first_day":9,"seats":"x"})") == "/seats: must be an integer");
  CHECK(issues_of<std::vector<desk::pair>>(
            R"([{"low":2,"high":1},{"low":"x","high":0},{"low":0,"high":0},{"low":1},
                {"low":2,"low":2,"high":1}])") ==
        lines{"/0/high: must not be below low", "/1/low: must be an integer",
              "/3/high: is required", "/4/low: appears twice"});
}

TEST_CASE("a rule of a base looks at the part that is the base") {
  CHECK(issue_of<desk::named_pair>(R"({"name":"x","low":2,"high":1})") ==
        "/high: must not be below low");
  CHECK(issues_of<desk::named_pair>(R"({"name":"x","low":1,"high":2})").empty());
}

TEST_CASE("a rule is asked for values that are there and good only") {
  CHECK(issues_of<desk::account>("{}").empty());  // "" is no email, but nobody sent it
  CHECK(issues_of<desk::account>(R"({"email":7})") == lines{"/email: must be a string"});
  CHECK(issues_of<desk::account>(R"({"tags":["a","a",7]})") == lines{"/tags/2: must be a string"});
}

TEST_CASE("broken rules end with the last issue that is wanted") {
  std::string text = R"({"tags":[)";
  for (int i = 0; i != 100; ++i) text += R"("",)";
  text.back() = ']';
  text += R"(,"seats":1})";
  CHECK(issues_of<desk::account>(text).size() == 32);
  CHECK(issues_of<desk::account>(text, {.issues = 3}).size() == 3);
  CHECK(issues_of<desk::account>(text, {.issues = 0}).size() == 1);
}

TEST_CASE("a rule that makes no sense is a logic error, each time") {
  desk::wrong_rule<0> text;
  desk::wrong_rule<1> number;
  for (int round = 0; round != 2; ++round) {
    CHECK_THROWS_AS(weft::parse_json("{}", text), std::logic_error);
    CHECK_THROWS_AS(weft::parse_json("{}", number), std::logic_error);
  }
}

}  // namespace
