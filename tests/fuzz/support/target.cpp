#include "target.hpp"

namespace weft::fuzz {

namespace {

std::string_view planted;

}  // namespace

bool is_planted(std::string_view plant) noexcept { return plant == planted; }

void set_planted(std::string_view plant) noexcept { planted = plant; }

std::string printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') shown += "\\n";
    else if (c == '\r') shown += "\\r";
    else if (c == '\\') shown += "\\\\";
    else if (byte >= 0x20 && byte < 0x7F) shown += c;
    else shown.append("\\x") += {digits[byte >> 4U], digits[byte & 15U]};
  }
  return shown;
}

void report_difference(std::string_view what, std::string_view ours, std::string_view theirs) {
  std::string text(what);
  text.append("\n  one:   ").append(printable(ours));
  text.append("\n  other: ").append(printable(theirs));
  throw violation(text);
}

}  // namespace weft::fuzz
