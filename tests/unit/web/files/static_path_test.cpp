#include "web/files/static_path.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using weft::detail::dot_files;
using weft::detail::parse_static_path;
using namespace std::string_literals;

namespace {

std::string name_of(std::string_view encoded, dot_files policy = dot_files::refused) {
  const auto parsed = parse_static_path(encoded, policy);
  if (!parsed) return "refused";
  return parsed->is_folder ? parsed->name + '/' : parsed->name;
}

}  // namespace

TEST_CASE("a path is decoded once, segment by segment") {
  CHECK(name_of("") == "/");
  CHECK(name_of("a.txt") == "a.txt");
  CHECK(name_of("a/b/c.txt") == "a/b/c.txt");
  CHECK(name_of("a/b/") == "a/b/");
  CHECK(name_of("a%20b/%C3%BC.txt") == "a b/\u00fc.txt");
  CHECK(name_of("100%2525.txt") == "100%25.txt");
  CHECK(name_of("a..b/c...") == "a..b/c...");
  CHECK(name_of("a+b") == "a+b");
}

TEST_CASE("what could mean another file is refused") {
  for (const auto& encoded : {".."s,
                              "../a"s,
                              "a/../b"s,
                              "a/.."s,
                              "."s,
                              "./a"s,
                              "a/./b"s,
                              "%2e%2e/a"s,
                              "a/%2E%2E"s,
                              ".%2e/a"s,
                              "/"s,
                              "/a"s,
                              "a//b"s,
                              "a/b//"s,
                              "a%2Fb"s,
                              "a%2fb"s,
                              "..%2f..%2fa"s,
                              "a%5Cb"s,
                              "..%5c..%5ca"s,
                              "a\\b"s,
                              "a%00"s,
                              "a%00.txt"s,
                              "a\0b"s,
                              "a%0Ab"s,
                              "a%0d"s,
                              "a%7f"s,
                              "a%1b"s,
                              "%"s,
                              "a%"s,
                              "a%2"s,
                              "a%zz"s,
                              "%c0%ae%c0%ae/a"s,
                              "%c0%af"s,
                              "%ff"s,
                              ".git/config"s,
                              "a/.env"s,
                              "%2eenv"s,
                              ".well-known/x"s,
                              std::string(5000, 'a')}) {
    INFO(encoded);
    CHECK(name_of(encoded) == "refused");
  }
}

TEST_CASE("names that begin with a dot are served where that is wished, and no way up") {
  CHECK(name_of(".well-known/x", dot_files::served) == ".well-known/x");
  CHECK(name_of("a/.env", dot_files::served) == "a/.env");
  CHECK(name_of("...", dot_files::served) == "...");
  for (const auto& encoded : {"..", ".", "a/../b", "%2e%2e", "a/%2e", "../.env"})
    CHECK(name_of(encoded, dot_files::served) == "refused");
}
