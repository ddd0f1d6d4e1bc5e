#include "web/base64.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>

using weft::detail::decode_base64;

TEST_CASE("base64 is read as RFC 4648 10 has it") {
  for (const auto& [text, bytes] :
       {std::pair("", ""), std::pair("Zg==", "f"), std::pair("Zm8=", "fo"),
        std::pair("Zm9v", "foo"), std::pair("Zm9vYg==", "foob"), std::pair("Zm9vYmE=", "fooba"),
        std::pair("Zm9vYmFy", "foobar"), std::pair("+/+/", "\xFB\xFF\xBF")}) {
    INFO("text " << text);
    CHECK(decode_base64(text) == bytes);
  }
  CHECK(decode_base64("AAAA") == std::string(3, '\0'));
}

TEST_CASE("what is no base64, or a second text for the same bytes, is refused") {
  for (const std::string text :
       {"Z", "Zg", "Zg=", "Zm8", "Zg===", "====", "=", "Z===", "Zm=v", "Zg==Zg==", "Zm9v\n", " Zm9",
        "Zm9-", "Zm9_", "Zh==", "Zm9=", "Zm\0v", "Zm9\x80"}) {
    INFO("text " << text);
    CHECK_FALSE(decode_base64(text).has_value());
  }
  CHECK_FALSE(decode_base64(std::string("Zm\0v", 4)).has_value());
}
