#include "web/entity_tag_list.hpp"

#include <weft/web/entity_tag.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>

using weft::entity_tag;
using namespace std::string_literals;

namespace {

/// The tags of a list, and "!" behind them where it is malformed.
std::string tags_of(std::string_view text) {
  std::string all;
  weft::detail::entity_tag_list list(text);
  while (const auto tag = list.next()) all += tag->text() + ' ';
  return list.is_malformed() ? all + '!' : all;
}

}  // namespace

TEST_CASE("an entity tag is written with quotes, and read back") {
  CHECK(entity_tag::strong("v1").text() == "\"v1\"");
  CHECK(entity_tag::weak("v1").text() == "W/\"v1\"");
  CHECK(entity_tag::strong("").text() == "\"\"");
  for (const auto& text : {R"("")"s, R"("a")"s, R"(W/"a")"s, R"("a,b\c!")"s, "\"\xC3\xA9\""s}) {
    const auto read = entity_tag::parse(text);
    REQUIRE(read.has_value());
    CHECK(read->text() == text);
  }
  CHECK(entity_tag::parse(" \"a\" ")->text() == "\"a\"");
}

TEST_CASE("what is no entity tag is none") {
  for (const auto& text :
       {""s, "a"s, "\""s, "\"a"s, "a\""s, "'a'"s, "w/\"a\""s, "W/a"s, "W/ \"a\""s, "W\"a\""s,
        "\"a\"b"s, "\"a b\""s, "\"a\tb\""s, "\"a\0b\""s, "\"a\x7f\""s, "\"a\", \"b\""s, "*"s}) {
    INFO(text);
    CHECK_FALSE(entity_tag::parse(text).has_value());
  }
}

TEST_CASE("a tag with a quote, a blank or a control byte is refused") {
  for (const auto& opaque :
       {"a\"b"s, "a b"s, "\t"s, "a\r\nSet-Cookie: b"s, "\0"s, "\x7f"s, "\x1f"s}) {
    CHECK_THROWS_AS(entity_tag::strong(opaque), std::invalid_argument);
    CHECK_THROWS_AS(entity_tag::weak(opaque), std::invalid_argument);
  }
}

TEST_CASE("tags are compared strongly and weakly") {
  // RFC 9110 8.8.3.2, table 3
  const auto weak_1 = entity_tag::weak("1");
  const auto weak_2 = entity_tag::weak("2");
  const auto strong_1 = entity_tag::strong("1");
  CHECK_FALSE(weak_1.is_same_as(weak_1));
  CHECK(weak_1.is_like(weak_1));
  CHECK_FALSE(weak_1.is_same_as(weak_2));
  CHECK_FALSE(weak_1.is_like(weak_2));
  CHECK_FALSE(weak_1.is_same_as(strong_1));
  CHECK_FALSE(strong_1.is_same_as(weak_1));
  CHECK(weak_1.is_like(strong_1));
  CHECK(strong_1.is_like(weak_1));
  CHECK(strong_1.is_same_as(strong_1));
  CHECK(strong_1.is_like(strong_1));
}

TEST_CASE("the tag of a content is that of its bytes") {
  const auto tag = entity_tag::of("hello");
  CHECK_FALSE(tag.is_weak());
  CHECK(tag.text().size() == 34);
  CHECK(tag.text() == entity_tag::of("hello").text());
  CHECK(tag.text() != entity_tag::of("hellp").text());
  CHECK(tag.text() != entity_tag::of("hello\0"s).text());
  CHECK(entity_tag::of("").text() != entity_tag::of("\0"s).text());
}

TEST_CASE("a list of tags is read to its end, or to what is none") {
  CHECK(tags_of("").empty());
  CHECK(tags_of(" , ,").empty());
  CHECK(tags_of("\"a\"") == "\"a\" ");
  CHECK(tags_of("\"a\", W/\"b\" ,\"c\"") == "\"a\" W/\"b\" \"c\" ");
  CHECK(tags_of(",, \"a\" , , \"b\",") == "\"a\" \"b\" ");
  CHECK(tags_of("\"a,b\", \"c\"") == "\"a,b\" \"c\" ");
  CHECK(tags_of("\"a\" \"b\"") == "\"a\" !");
  CHECK(tags_of("\"a\", b") == "\"a\" !");
  CHECK(tags_of("\"a\", *") == "\"a\" !");
  CHECK(tags_of("*") == "!");
  CHECK(tags_of("\"a\", \"b") == "\"a\" !");
  CHECK(tags_of("\"a\";q=1") == "\"a\" !");
}
