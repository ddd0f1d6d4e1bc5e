#include "judgement.hpp"
#include "parser_path.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace weft::conformance;

namespace {

void report(const std::vector<std::string>& faults) {
  for (const auto& fault : faults) FAIL_CHECK(fault);
}

std::vector<std::string_view> single_bytes(std::string_view bytes) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < bytes.size(); ++i) pieces.push_back(bytes.substr(i, 1));
  return pieces;
}

/// The parser knows no list of hosts: that is the server's.
std::vector<test_case> cases_of_the_parser() {
  auto all = all_cases();
  std::erase_if(all, [](const test_case& c) { return !c.allowed_hosts.empty(); });
  return all;
}

}  // namespace

TEST_CASE("the table has at least 250 cases") { CHECK(all_cases().size() >= 250); }

TEST_CASE("the parser makes of each case what it says, and nothing of what follows a refusal") {
  for (const auto& c : cases_of_the_parser()) {
    const auto bytes = bytes_to_send(c);
    const std::string_view whole[] = {bytes};
    report(faults_of_parse(c, parse(whole, c.limits)));
  }
}

TEST_CASE("the parser makes the same of a case in every two-way split and byte by byte") {
  for (const auto& c : cases_of_the_parser()) {
    const std::string bytes = bytes_to_send(c);
    const std::string_view input = bytes;
    const std::string_view whole[] = {input};
    const auto expected = parse(whole, c.limits);
    for (std::size_t cut = 0; cut <= input.size(); ++cut) {
      const std::string_view halves[] = {input.substr(0, cut), input.substr(cut)};
      if (parse(halves, c.limits) == expected) continue;
      FAIL_CHECK(c.place() << ": cut behind byte " << cut << " it is another message");
    }
    if (parse(single_bytes(input), c.limits) != expected)
      FAIL_CHECK(c.place() << ": byte by byte it is another message");
  }
}
