#include <weft/web/equal_secrets.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

TEST_CASE("a secret is the same text, whole") {
  CHECK(weft::equal_secrets("secret", "secret"));
  CHECK(weft::equal_secrets(std::string("a\0b", 3), std::string("a\0b", 3)));
  for (const std::string sent :
       {"", "s", "secre", "secret ", "Secret", "secretsecret", "tecret", "secreu", "xecret"}) {
    INFO("sent " << sent);
    CHECK_FALSE(weft::equal_secrets(sent, "secret"));
  }
  CHECK_FALSE(weft::equal_secrets(std::string("a\0b", 3), std::string("a\0c", 3)));
}

TEST_CASE("an empty secret is nobody's") {
  CHECK_FALSE(weft::equal_secrets("", ""));
  CHECK_FALSE(weft::equal_secrets("x", ""));
}
