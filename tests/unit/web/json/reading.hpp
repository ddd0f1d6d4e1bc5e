#pragma once

#include <weft/web/json/parse.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

/// A good document as a value; the test fails with the first complaint where it is none.
template <class T>
T read(std::string_view text, T value = {}) {
  const weft::json_outcome outcome = weft::parse_json(text, value);
  INFO("text: " << text);
  INFO("syntax: " << outcome.message() << " at " << outcome.offset());
  for (const auto& issue : outcome.issues()) UNSCOPED_INFO(issue.pointer << ' ' << issue.message);
  REQUIRE(outcome.ok());
  return value;
}

/// The issues of a document, each as "pointer: message"; empty where it is good.
template <class T>
std::vector<std::string> issues_of(std::string_view text, const weft::json_limits& limits = {}) {
  T value{};
  const weft::json_outcome outcome = weft::parse_json(text, value, limits);
  INFO("text: " << text);
  REQUIRE_FALSE(outcome.is_syntax_error());
  REQUIRE(outcome.is_invalid() == !outcome.issues().empty());
  std::vector<std::string> lines;
  for (const auto& issue : outcome.issues()) lines.push_back(issue.pointer + ": " + issue.message);
  return lines;
}

/// The only issue of a document.
template <class T>
std::string issue_of(std::string_view text) {
  const auto lines = issues_of<T>(text);
  INFO("text: " << text);
  REQUIRE(lines.size() == 1);
  return lines.front();
}
