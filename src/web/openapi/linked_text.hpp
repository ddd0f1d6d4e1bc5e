#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::detail {

struct component;

/// JSON with gaps for the names of components, which are known when all of them are.
struct linked_text {
  struct gap {
    std::size_t at;
    const component* target;
  };

  std::string text;
  std::vector<gap> gaps;

  /// The text with the names in their gaps.
  std::string filled() const;
};

/// Writes JSON, with the commas in their places.
class text_builder {
public:
  text_builder& open_object() { return open('{'); }
  text_builder& open_array() { return open('['); }
  text_builder& close_object() { return close('}'); }
  text_builder& close_array() { return close(']'); }

  text_builder& key(std::string_view name);
  text_builder& string(std::string_view value);
  /// A number, true, or JSON that has been made elsewhere.
  text_builder& literal(std::string_view json);
  text_builder& text(const linked_text& made);
  /// "#/components/schemas/NAME"
  text_builder& reference(const component& target);

  text_builder& member(std::string_view name, std::string_view value) {
    return key(name).string(value);
  }
  text_builder& member_literal(std::string_view name, std::string_view json) {
    return key(name).literal(json);
  }

  linked_text take() { return std::move(out_); }

private:
  text_builder& open(char bracket);
  text_builder& close(char bracket);
  void begin_value();

  linked_text out_;
  bool needs_comma_ = false;
};

/// As a JSON string, with its quotes.
std::string json_literal(std::string_view text);

}  // namespace weft::detail
