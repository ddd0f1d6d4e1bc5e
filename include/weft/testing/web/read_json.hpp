#pragma once

#include <weft/web/json/parse.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace weft::testing {

/// Thrown where an answer is not what a test takes it for. The text says what it was instead.
class unexpected_answer : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

namespace detail {

/// The value at a JSON Pointer, as a JSON text of its own.
/// @throws std::invalid_argument  the text is no JSON, the pointer is none, or leads nowhere
std::string json_text_at(std::string_view text, std::string_view pointer);
/// As above, a string without its quotes and escapes.
std::string json_words_at(std::string_view text, std::string_view pointer);

/// What is wrong, in words: "/title must be a string".
std::string told(const json_outcome& outcome);

}  // namespace detail

/// Reads a value as parse_json() does. @throws std::invalid_argument  with all that is wrong
template <json_readable T>
T read_json(std::string_view text) {
  T value{};
  const json_outcome outcome = parse_json(text, value);
  if (!outcome) throw std::invalid_argument(detail::told(outcome));
  return value;
}

}  // namespace weft::testing
