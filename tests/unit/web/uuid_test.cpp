#include "unit/web/support/client.hpp"

#include <weft/web/app.hpp>
#include <weft/web/path.hpp>
#include <weft/web/query.hpp>
#include <weft/web/uuid.hpp>

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view sample = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";

TEST_CASE("a UUID is read in either case and written in lower case") {
  const auto read = weft::uuid::parse("F81D4FAE-7dec-11D0-a765-00A0C91E6BF6");
  REQUIRE(read);
  CHECK(read->text() == sample);
  CHECK(read->bytes()[0] == 0xF8);
  CHECK(read->bytes()[15] == 0xF6);
  CHECK(*read == *weft::uuid::parse(sample));
  CHECK(weft::uuid() < *read);
  CHECK(weft::uuid().text() == "00000000-0000-0000-0000-000000000000");
}

TEST_CASE("what is no UUID is none") {
  for (std::string_view text :
       {"", "f81d4fae7dec11d0a76500a0c91e6bf6", "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6 ",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bfg", "f81d4fae-7dec-11d0-a76500-a0c91e6bf6",
        "f81d4fae_7dec_11d0_a765_00a0c91e6bf6", "f81d4fae-7dec-11d0-a765--0a0c91e6bf6",
        "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"}) {
    INFO("text " << text);
    CHECK_FALSE(weft::uuid::parse(text));
  }
}

TEST_CASE("a path and a query take UUIDs, and answer 400 to what is none") {
  weft::app app;
  // [uuid]
  app.get("/orders/{id}", [](weft::path<weft::uuid> id) { return id->text(); });
  // [/uuid]
  app.get("/find", [](weft::query_value<"id", weft::uuid> id) { return id->text(); });
  client web(app);
  const std::string text(sample);
  CHECK(web.get("/orders/" + text).body == text);
  CHECK(web.get("/find?id=" + text).body == text);
  const auto refused = web.get("/orders/7");
  CHECK(refused.status == 400);
  CHECK(refused.content_type == "application/problem+json");
  CHECK(refused.json().at("errors").at(0).at("parameter") == "id");
  CHECK(refused.json().at("errors").at(0).at("message") == "must be a UUID");
  CHECK(web.get("/find?id=7").status == 400);
}

/// A type of the user's own.
struct sku {
  int number = 0;
};

}  // namespace

// [own_type]
template <>
struct weft::text_value<sku> {
  static std::string read(std::string_view text, sku& out) {
    if (!text.starts_with("SKU-")) return "must begin with SKU-";
    return text_value<int>::read(text.substr(4), out.number);
  }
};
// [/own_type]

namespace {

TEST_CASE("a type of one's own is a path parameter through text_value") {
  weft::app app;
  app.get("/stock/{sku}", [](weft::path<sku> item) { return std::to_string(item->number); });
  client web(app);
  CHECK(web.get("/stock/SKU-12").body == "12");
  CHECK(web.get("/stock/SKU-x").json().at("errors").at(0).at("message") == "must be an integer");
  CHECK(web.get("/stock/12").json().at("errors").at(0).at("message") == "must begin with SKU-");
}

}  // namespace
