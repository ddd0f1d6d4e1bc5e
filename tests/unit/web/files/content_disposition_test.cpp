#include <weft/web/files/content_disposition.hpp>
#include <weft/web/files/media_type.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>

using weft::content_disposition;
using weft::disposition;
using weft::media_type_of;
using namespace std::string_literals;

TEST_CASE("a plain name goes between quotes") {
  CHECK(content_disposition(disposition::attachment, "plan.pdf") ==
        R"(attachment; filename="plan.pdf")");
  CHECK(content_disposition(disposition::inline_, "a b;c='d'.txt") ==
        R"(inline; filename="a b;c='d'.txt")");
}

TEST_CASE("a name of other characters goes in full in filename*") {
  CHECK(content_disposition(disposition::attachment, "Z\u00fcrich \u20ac.pdf") ==
        "attachment; filename=\"Z_rich _.pdf\"; filename*=UTF-8''Z%C3%BCrich%20%E2%82%AC.pdf");
  CHECK(content_disposition(disposition::attachment, "a\"b.txt") ==
        "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt");
  CHECK(content_disposition(disposition::attachment, "100%41.txt") ==
        "attachment; filename=\"100_41.txt\"; filename*=UTF-8''100%2541.txt");
  CHECK(content_disposition(disposition::attachment, "\u20ac*'()") ==
        "attachment; filename=\"_*'()\"; filename*=UTF-8''%E2%82%AC%2A%27%28%29");
}

TEST_CASE("what is no name of a file is refused") {
  for (const auto& name : {""s, "a/b"s, "../a"s, "a\\b"s, "a\r\nX: y"s, "a\0b"s, "\x7f"s, "\t"s,
                           "\xff"s, "\xC0\xAF"s}) {
    INFO(name);
    CHECK_THROWS_AS(content_disposition(disposition::attachment, name), std::invalid_argument);
  }
}

TEST_CASE("a media type is that of the end of the name") {
  CHECK(media_type_of("index.html") == "text/html; charset=utf-8");
  CHECK(media_type_of("a/b/SITE.CSS") == "text/css; charset=utf-8");
  CHECK(media_type_of("app.min.js") == "text/javascript; charset=utf-8");
  CHECK(media_type_of("x.webmanifest") == "application/manifest+json");
  CHECK(media_type_of("x.3gp") == "video/3gpp");
  CHECK(media_type_of("x.zst") == "application/zstd");
  CHECK(media_type_of(".png") == "image/png");
  for (const auto& path : {"", "a", "a.", "a.unknown", "a.html/b", ".", "a.htmlhtmlhtmlhtml", "/"})
    CHECK(media_type_of(path) == "application/octet-stream");
}
