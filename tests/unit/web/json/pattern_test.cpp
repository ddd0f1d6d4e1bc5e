#include "web/json/pattern.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <random>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using weft::detail::pattern;

std::string refusal_of(std::string_view expression) {
  try {
    const pattern compiled(expression);
  } catch (const std::invalid_argument& wrong) {
    return wrong.what();
  }
  return "";
}

TEST_CASE("a pattern is like whole texts") {
  struct row {
    std::string_view expression, good, bad;
  };
  for (const auto& [expression, good, bad] : {
           row{"abc", "abc", "xabc"},
           row{"abc", "abc", "abcx"},
           row{"", "", "a"},
           row{"a|bc", "bc", "ac"},
           row{"(a|b)c", "bc", "a"},
           row{"(?:ab)+", "abab", "aba"},
           row{"a*", "", "b"},
           row{"a+", "aaa", ""},
           row{"a?b", "b", "aab"},
           row{"a{2}", "aa", "aaa"},
           row{"a{2,}", "aaaa", "a"},
           row{"a{1,3}b", "aaab", "aaaab"},
           row{"(a?){3}", "", "aaaa"},
           row{"(a*)*b", "aab", "aa"},
           row{"(|a)b", "b", "aab"},
           row{"[a-c]", "b", "d"},
           row{"[^a-c]", "é", "b"},
           row{"[-a]", "-", "b"},
           row{"[a-]", "-", "b"},
           row{"[\\]x]", "]", "y"},
           row{"[\\d_]+", "1_2", "a"},
           row{"\\d+", "042", "٤"},
           row{"\\D", "x", "1"},
           row{"\\w+", "a_Z9", "a-b"},
           row{"\\W", "é", "e"},
           row{"\\s", "\t", "x"},
           row{"\\S+", "é", " "},
           row{".", "€", "\n"},
           row{"a.c",
               "a\xF0\x9F\x98\x80"
               "c",
               "ac"},
           row{"\\.", ".", "x"},
           row{"\\x41\\u00e9", "Aé", "A"},
           row{"é+", "éé", "e"},
           row{"[à-ü]", "é", "z"},
           row{"^ab$", "ab", "aab"},
           row{"^(a|b)$", "b", "c"},
           row{"[A-Z]{2}-[0-9]{4}", "AB-0123", "AB-012"},
           row{"\\/\\-\\{\\}", "/-{}", "/-"},
           row{"\\n\\r\\t\\f\\v", "\n\r\t\f\v", "nrtfv"},
       }) {
    INFO(expression);
    const pattern compiled(expression);
    CHECK(compiled.matches(good));
    CHECK_FALSE(compiled.matches(bad));
  }
}

TEST_CASE("a text that is not UTF-8 is like no pattern") {
  const pattern any("(.|\\s)*");
  for (const std::string_view bad : {"\xFF", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                     "a\x80", "\xE2\x82", "\xF8\x88\x80\x80\x80"})
    CHECK_FALSE(any.matches(bad));
  CHECK(any.matches("a\xE2\x82\xAC"));
  CHECK(pattern("a[^b]c").matches(std::string_view("a\0c", 3)));
}

TEST_CASE("what a pattern cannot say is refused with its place") {
  CHECK(refusal_of("a(b") == "the pattern \"a(b\": a group is not closed, at byte 3");
  for (const auto bad :
       {"a)",    "(a",     "[a",    "[",       "[]",      "*a",
        "a**",   "a*?",    "a{",    "a{,2}",   "a{2,1}",  "a{1001}",
        "a\\",   "\\b",    "\\1",   "(?=a)",   "(?!a)",   "(?<n>a)",
        "(?i)a", "\\p{L}", "\\u12", "\\ud800", "\\xZZ",   "a^b",
        "a$b",   "(a$)",   "^a|b$", "[b-a]",   "[\\d-z]", "[[:alpha:]]",
        "]",     "{",      "}",     "\xFF",    "a|*",     "a{99999999999999999999}"}) {
    INFO(bad);
    CHECK_FALSE(refusal_of(bad).empty());
  }
}

TEST_CASE("a pattern whose table would be large is refused") {
  CHECK(refusal_of("(a|b)*a(a|b){20}") == "the pattern is too large: its table would not be small");
  CHECK_FALSE(refusal_of("((a{900}){900}){900}").empty());
  CHECK_FALSE(refusal_of(std::string(60, '(') + std::string(60, ')')).empty());
  CHECK(refusal_of("[a-z]{1,300}").empty());
}

TEST_CASE("no text takes long") {
  const pattern compiled("(a+)+b|(a|a)*c");
  std::string text(1'000'000, 'a');
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(compiled.matches(text));
  CHECK(compiled.matches(text + "b"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}

std::string random_expression(std::mt19937& random, int depth) {
  static constexpr std::string_view atoms[] = {"a",   "b",   "c", ".",   "[ab]", "[^a]",  "[a-c]",
                                               "\\w", "\\d", "1", "\\.", "[b-]", "(?:a)", "[\\d.]"};
  static constexpr std::string_view quantifiers[] = {"",  "",    "",      "*",   "+",
                                                     "?", "{2}", "{1,2}", "{2,}"};
  std::string text;
  for (auto parts = 1 + random() % 3; parts != 0; --parts) {
    if (depth != 0 && random() % 3 == 0)
      text += '(' + random_expression(random, depth - 1) + '|' +
              random_expression(random, depth - 1) + ')';
    else text += atoms[random() % std::size(atoms)];
    text += quantifiers[random() % std::size(quantifiers)];
  }
  return text;
}

TEST_CASE("random patterns are like the texts that std::regex says") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  int matches = 0;
  for (int round = 0; round != 300; ++round) {
    const auto expression = random_expression(random, 2);
    const auto refusal = refusal_of(expression);
    if (!refusal.empty()) {
      REQUIRE(refusal == "the pattern is too large: its table would not be small");
      continue;
    }
    const pattern ours(expression);
    // Without this flag of libstdc++ some of these expressions take minutes.
    const std::regex theirs(expression,
                            std::regex::ECMAScript | std::regex_constants::__polynomial);
    for (int n = 0; n != 40; ++n) {
      std::string text;
      for (auto size = random() % 7; size != 0; --size) text += "abc1.-"[random() % 6];
      INFO(expression << " and " << text);
      const bool expected = std::regex_match(text, theirs);
      matches += expected ? 1 : 0;
      REQUIRE(ours.matches(text) == expected);
    }
  }
  CHECK(matches > 100);
}

}  // namespace
