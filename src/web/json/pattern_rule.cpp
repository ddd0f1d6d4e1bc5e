#include "layout.hpp"
#include "pattern.hpp"
#include "rules.hpp"

#include <memory>
#include <stdexcept>
#include <string>

// In a file of its own, so that a program without patterns is linked without them.
namespace weft::detail {

void json_members::pattern(json_place place, std::string_view expression) try {
  const auto compiled = std::make_shared<const detail::pattern>(expression);
  const auto wrong = [compiled,
                      message = "must be like " + std::string(expression)](const void* value) {
    return compiled->matches(*static_cast<const std::string*>(value)) ? std::string() : message;
  };
  // A pattern of JSON Schema is looked for anywhere in the text.
  add_check(layout_, place, wrong, {"pattern", "^(?:" + std::string(expression) + ")$", true});
} catch (const std::invalid_argument& wrong) {
  throw std::logic_error(std::string("json_rules: ") + wrong.what());
}

}  // namespace weft::detail
