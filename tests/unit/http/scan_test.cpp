#include <http/scan.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <random>
#include <string>
#include <string_view>

using namespace weft;

namespace {

struct scanner {
  const char* name;
  const char* (*portable)(const char*, const char*) noexcept;
  const char* (*chosen)(const char*, const char*) noexcept;
  bool (*stops)(unsigned char);
};

bool is_alnum(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_one_of(unsigned char c, std::string_view set) {
  return c != 0 && set.find(static_cast<char>(c)) != std::string_view::npos;
}

const scanner scanners[] = {
    {"find_control", detail::scan_portable::find_control, detail::scan::find_control,
     [](unsigned char c) { return (c < 0x20 && c != 9) || c == 0x7f; }},
    {"skip_token", detail::scan_portable::skip_token, detail::scan::skip_token,
     [](unsigned char c) { return !is_alnum(c) && !is_one_of(c, "!#$%&'*+-.^_`|~"); }},
    {"skip_target", detail::scan_portable::skip_target, detail::scan::skip_target,
     [](unsigned char c) { return !is_alnum(c) && !is_one_of(c, "-._~!$&'()*+,;=:@/"); }},
};

std::size_t expected(const scanner& scan, std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && !scan.stops(static_cast<unsigned char>(text[i]))) ++i;
  return i;
}

void check(const scanner& scan, std::string_view text) {
  // Of exactly that size, so that a sanitizer sees a read past the end.
  const auto bytes = std::make_unique<char[]>(text.size());
  std::copy(text.begin(), text.end(), bytes.get());
  const char* const begin = bytes.get();
  const char* const end = begin + text.size();
  CAPTURE(scan.name, text.size());
  REQUIRE(static_cast<std::size_t>(scan.portable(begin, end) - begin) == expected(scan, text));
  REQUIRE(static_cast<std::size_t>(scan.chosen(begin, end) - begin) == expected(scan, text));
}

}  // namespace

TEST_CASE("a scan stops at its first byte, whichever byte and wherever it stands") {
  for (const auto& scan : scanners)
    for (std::size_t size = 0; size <= 40; ++size)
      for (std::size_t place = 0; place < size; ++place)
        for (int byte = 0; byte < 256; ++byte) {
          std::string text(size, 'a');
          text[place] = static_cast<char>(byte);
          check(scan, text);
        }
}

TEST_CASE("a scan agrees with the definition on random bytes") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 70, '\0');
    // Mostly bytes that no scan stops at, with HTAB as the exception among control bytes.
    for (auto& c : text) {
      const auto pick = random();
      c = pick % 8 != 0 ? "aZ0-.=\t/"[pick / 8 % 8] : static_cast<char>(pick / 8);
    }
    for (const auto& scan : scanners) check(scan, text);
  }
}

TEST_CASE("a token equals a lower-case name in any case and no other bytes") {
  CHECK(detail::is_token("Host", "host"));
  CHECK(detail::is_token("EXPECT", "expect"));
  CHECK(detail::is_token("Content-Length", "content-length"));
  CHECK(detail::is_token("transfer-ENCODING", "transfer-encoding"));
  CHECK_FALSE(detail::is_token("hos", "host"));
  CHECK_FALSE(detail::is_token("hosts", "host"));
  CHECK_FALSE(detail::is_token("content_length", "content-length"));

  const std::string name = "transfer-encoding";
  for (std::size_t place = 0; place < name.size(); ++place)
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      if (!detail::is(c, detail::token_char)) continue;
      std::string token = name;
      token[place] = c;
      CAPTURE(token);
      REQUIRE(detail::is_token(token, "transfer-encoding") == (detail::to_lower(c) == name[place]));
    }
}
