#include "tag_finder.hpp"

#include <weft/web/json/parse.hpp>

namespace weft::detail {
namespace {

constexpr std::size_t nowhere = std::string_view::npos;

/// @param at  of the quote that opens a string  @return behind the one that closes it, or nowhere
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at;; at += 2) {
    at = text.find_first_of("\"\\", at);
    if (at == nowhere || text[at] == '"') return at == nowhere ? nowhere : at + 1;
  }
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  return text.find_first_not_of(" \t\r\n", at);
}

/// @return the ',' or '}' behind the value at that place, or nowhere
std::size_t end_of_value(std::string_view text, std::size_t at) {
  for (std::size_t depth = 0;;) {
    at = text.find_first_of("\"[]{},", at);
    if (at == nowhere) return nowhere;
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      if (at == nowhere) return nowhere;
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;
    if (c == '[' || c == '{') ++depth;
    else if (c != ',') --depth;
    ++at;
  }
}

/// @param quoted  a JSON string with its quotes
std::optional<std::string> text_of(std::string_view quoted) {
  std::string text;
  if (quoted.find('\\') == nowhere) return text.assign(quoted.substr(1, quoted.size() - 2));
  if (!weft::parse_json(quoted, text)) return std::nullopt;
  return text;
}

}  // namespace

tag_finder::found tag_finder::find(std::size_t objects, std::string_view name) {
  while (objects_ != objects) {
    at_ = text_.find_first_of("\"{", at_);
    if (at_ == nowhere) return {};
    if (text_[at_] == '"') at_ = end_of_string(text_, at_);
    else ++objects_, ++at_;
    if (at_ == nowhere) return {};
  }
  for (std::size_t at = at_;;) {
    at = skip_blanks(text_, at);
    if (at == nowhere || text_[at] != '"') return {};
    const std::size_t key_end = end_of_string(text_, at);
    if (key_end == nowhere) return {};
    const auto key = text_of(text_.substr(at, key_end - at));
    at = skip_blanks(text_, key_end);
    if (at == nowhere || text_[at] != ':') return {};
    at = skip_blanks(text_, at + 1);
    if (at == nowhere) return {};
    if (key == name) {
      if (text_[at] != '"') return {true, std::nullopt};
      const std::size_t end = end_of_string(text_, at);
      if (end == nowhere) return {};
      return {true, text_of(text_.substr(at, end - at))};
    }
    at = end_of_value(text_, at);
    if (at == nowhere || text_[at] != ',') return {};
    ++at;
  }
}

}  // namespace weft::detail
