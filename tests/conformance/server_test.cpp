#include "server_path.hpp"

#include <weft/runtime/model.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

using namespace weft::conformance;

namespace {

void report(const std::vector<std::string>& faults) {
  for (const auto& fault : faults) FAIL_CHECK(fault);
}

std::vector<delivery> each_case(delivery (*make)(const test_case&)) {
  std::vector<delivery> all;
  for (const auto& c : all_cases()) all.push_back(make(c));
  return all;
}

}  // namespace

TEST_CASE("under event_loop each case is answered as it says, and so is its canary") {
  report(faults_of_server(weft::event_loop{}, each_case(whole)));
}

TEST_CASE("under parallel each case is answered as it says, and so is its canary") {
  report(faults_of_server(weft::parallel{.workers = 2}, each_case(whole)));
}

TEST_CASE("under event_loop each case that comes byte by byte is answered as it says") {
  report(faults_of_server(weft::event_loop{}, each_case(byte_by_byte)));
}

TEST_CASE("under parallel each case that comes byte by byte is answered as it says") {
  report(faults_of_server(weft::parallel{.workers = 2}, each_case(byte_by_byte)));
}

TEST_CASE("each case is answered as it says in every two-way split") {
  std::vector<delivery> all;
  for (const auto& c : all_cases()) {
    auto splits = two_way_splits(c);
    std::ranges::move(splits, std::back_inserter(all));
  }
  report(faults_of_server(weft::event_loop{}, std::move(all)));
}
