#include "reading.hpp"

#include "unit/web/support/client.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/weft.hpp>

#include <map>
#include <variant>

namespace depot {

// [patch_type]
struct place {
  std::string street;
  std::string town;
};
BOOST_DESCRIBE_STRUCT(place, (), (street, town))

struct parcel {
  std::string label;
  int weight = 1;
  int most_weight = 10;
  std::optional<std::string> note;
  place from;
  std::optional<place> to;
  std::map<std::string, place> stops;
  std::map<std::string, std::optional<int>> marks;
  std::vector<place> seen;
};
BOOST_DESCRIBE_STRUCT(parcel, (), (label, weight, most_weight, note, from, to, stops, marks, seen))

inline void json_rules(weft::rules_for<parcel>& rules) {
  rules.size(&parcel::label, 1, 8);
  rules.range(&parcel::weight, 1, 100);
  rules.size(&parcel::stops, 1, 2);
  rules.check(
      &parcel::weight, [](const parcel& all) { return all.weight <= all.most_weight; },
      "must not be more than most_weight");
}
// [/patch_type]

struct box {
  std::variant<int, place> content;
  std::map<std::string, int> counts = {{"a", 1}};
};
BOOST_DESCRIBE_STRUCT(box, (), (content, counts))

}  // namespace depot

namespace {

using depot::parcel;
using lines = std::vector<std::string>;

parcel sample() {
  parcel one;
  one.label = "one";
  one.note = "n";
  one.from = {"High St", "Ely"};
  one.stops = {{"a", {"A St", "Arc"}}};
  one.marks = {{"x", 1}, {"y", {}}};
  one.seen = {{"S", "T"}};
  return one;
}

lines lines_of(const weft::json_outcome& outcome) {
  lines all;
  if (outcome.is_syntax_error()) all.emplace_back(outcome.message());
  for (const auto& issue : outcome.issues()) all.push_back(issue.pointer + ": " + issue.message);
  return all;
}

lines issues_of_patch(std::string_view text) {
  weft::patch<parcel> change;
  return lines_of(weft::patch<parcel>::parse(text, change));
}

template <class T = parcel>
weft::patch<T> patch_of(std::string_view text) {
  weft::patch<T> change;
  const auto outcome = weft::patch<T>::parse(text, change);
  INFO(text);
  REQUIRE(lines_of(outcome) == lines{});
  return change;
}

std::string text_of(const auto& value) {
  weft::byte_buffer out;
  weft::write_json(out, value);
  return std::string(out.view());
}

/// What the sample becomes, or the issues.
std::string patched(std::string_view text, parcel object = sample()) {
  const auto before = text_of(object);
  const auto outcome = weft::apply(patch_of(text), object);
  if (outcome) return text_of(object);
  CHECK(text_of(object) == before);
  std::string all;
  for (const auto& line : lines_of(outcome)) all += line + "\n";
  return all;
}

TEST_CASE("a member of a patch is absent, null or a value") {
  const auto change = patch_of(R"({"weight":7,"note":null})");
  CHECK(change.get(&parcel::label) == nullptr);
  CHECK_FALSE(change.has(&parcel::label));
  REQUIRE(change.get(&parcel::weight) != nullptr);
  CHECK(*change.get(&parcel::weight) == 7);
  REQUIRE(change.get(&parcel::note) != nullptr);
  CHECK_FALSE(change.get(&parcel::note)->has_value());
  CHECK(patch_of(R"({"note":"x"})").get(&parcel::note)->value() == "x");
  CHECK_FALSE(change.empty());
  CHECK(patch_of("{}").empty());
  CHECK(patch_of(R"({"unknown":1})").empty());
}

TEST_CASE("a patch is applied to what it names and leaves the rest") {
  const auto with = [](auto change) {
    auto object = sample();
    change(object);
    return text_of(object);
  };
  CHECK(patched("{}") == text_of(sample()));
  CHECK(patched(R"({"weight":7})") == with([](parcel& p) { p.weight = 7; }));
  CHECK(patched(R"({"note":null})") == with([](parcel& p) { p.note.reset(); }));
  CHECK(patched(R"({"from":{"town":"Rye"}})") == with([](parcel& p) { p.from.town = "Rye"; }));
  CHECK(patched(R"({"to":{"street":"s","town":"t"}})") == with([](parcel& p) {
          p.to = {"s", "t"};
        }));
  CHECK(patched(R"({"seen":[]})") == with([](parcel& p) { p.seen.clear(); }));
  CHECK(patched(R"({"seen":[{"street":"a","town":"b"}]})") == with([](parcel& p) {
          p.seen = {{"a", "b"}};
        }));
  CHECK(patched(R"({"marks":{"x":null,"y":2,"z":3,"none":null}})") == with([](parcel& p) {
          p.marks = {{"y", 2}, {"z", 3}};
        }));
  CHECK(patched(R"({"stops":{"a":{"town":"T"},"b":{"street":"s","town":"t"}}})") ==
        with([](parcel& p) {
          p.stops = {{"a", {"A St", "T"}}, {"b", {"s", "t"}}};
        }));
  auto object = sample();
  object.to = {"s", "t"};
  CHECK(patched(R"({"to":{"town":"u"}})", object) == with([](parcel& p) { p.to = {"s", "u"}; }));
  CHECK(patched(R"({"to":null})", object) == text_of(sample()));
}

TEST_CASE("null is an issue where a member cannot be null") {
  CHECK(issues_of_patch(R"({"label":null,"weight":null,"from":null,"stops":null,"seen":null})") ==
        lines{"/label: must be a string", "/weight: must be an integer", "/from: must be an object",
              "/stops: must be an object", "/seen: must be an array"});
  CHECK(issues_of_patch(R"({"from":{"town":null}})") == lines{"/from/town: must be a string"});
  CHECK(issues_of_patch("null") == lines{": must be an object"});
  CHECK(issues_of_patch("[]") == lines{": must be an object"});
  CHECK(issues_of_patch("{") == lines{"the JSON text ends too early"});
}

TEST_CASE("rules hold for what a patch gives") {
  CHECK(
      issues_of_patch(R"({"label":"","weight":0})") ==
      lines{"/label: must have between 1 and 8 characters", "/weight: must be between 1 and 100"});
  CHECK(issues_of_patch(R"({"label":"a","label":"b"})") == lines{"/label: appears twice"});
  CHECK(issues_of_patch(R"({"marks":{"a":null,"a":1}})") == lines{"/marks/a: appears twice"});
  CHECK(issues_of_patch(R"({"seen":[{"street":"a"}]})") == lines{"/seen/0/town: is required"});
  CHECK(issues_of_patch(R"({"stops":{"a":{"town":1}}})") ==
        lines{"/stops/a/town: must be a string"});
}

TEST_CASE("what the object would become is checked when a patch is applied") {
  CHECK(patched(R"({"weight":50})") == "/weight: must not be more than most_weight\n");
  CHECK(patched(R"({"most_weight":0})") == "/weight: must not be more than most_weight\n");
  CHECK(patched(R"({"to":{"town":"t"}})") == "/to/street: is required\n");
  CHECK(patched(R"({"stops":{"b":{"town":"t"}}})") == "/stops/b/street: is required\n");
  CHECK(patched(R"({"marks":{"new":1},"from":{"town":"t"}})").starts_with("{"));
  CHECK(patched(R"({"stops":{"a":null}})") == "/stops: must have between 1 and 2 entries\n");
  const std::string stop = R"({"street":"s","town":"t"})";
  CHECK(patched(R"({"stops":{"b":)" + stop + R"(,"c":)" + stop + "}}") ==
        "/stops: must have between 1 and 2 entries\n");
  // As many out as in.
  CHECK(patched(R"({"stops":{"a":null,"b":)" + stop + R"(,"c":)" + stop + R"(,"d":null}})")
            .find(R"("stops":{"b":)" + stop + R"(,"c":)") != std::string::npos);
}

TEST_CASE("a variant is replaced whole, and a map's initialiser is not part of a patch") {
  depot::box object{depot::place{"s", "t"}, {{"b", 2}}};
  weft::patch<depot::box> change;
  CHECK(lines_of(weft::patch<depot::box>::parse(R"({"content":{"town":"u"}})", change)) ==
        lines{"/content/street: is required"});
  CHECK(weft::apply(patch_of<depot::box>(R"({"content":3,"counts":{"a":5}})"), object).ok());
  CHECK(text_of(object) == R"({"content":3,"counts":{"a":5,"b":2}})");
}

TEST_CASE("a handler takes a patch") {
  weft::app app;
  // [patch]
  app.patch("/parcels/{id}", [](weft::path<int>, weft::patch<parcel> change) {
    parcel stored = sample();
    if (auto fits = weft::apply(change, stored); !fits) throw weft::http_error(std::move(fits));
    return stored;
  });
  // [/patch]
  client web(app);
  const header_list type{{"Content-Type", "application/merge-patch+json"}};
  CHECK(web.ask("PATCH", "/parcels/1", R"({"label":"two"})", type).json().at("label") == "two");
  const auto unfit = web.ask("PATCH", "/parcels/1", R"({"label":null})", type);
  CHECK(unfit.status == 422);
  CHECK(unfit.json().at("errors").at(0).at("pointer") == "/label");
  const auto unfit_whole = web.ask("PATCH", "/parcels/1", R"({"weight":99})", type);
  CHECK(unfit_whole.status == 422);
  CHECK(unfit_whole.json().at("errors").at(0).at("pointer") == "/weight");
  CHECK(web.ask("PATCH", "/parcels/1", "{", type).status == 400);
  CHECK(web.ask("PATCH", "/parcels/1", "{}", {{"Content-Type", "text/plain"}}).status == 415);
}

}  // namespace
