#pragma once

#include <algorithm>
#include <string_view>

// For targets that put a message together from the input, and read back what was written of it.

namespace weft::fuzz {

/// Without blanks at both ends, which no reader keeps.
inline std::string_view trimmed(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  const auto end = text.find_last_not_of(" \t");
  return end == std::string_view::npos ? std::string_view() : text.substr(begin, end - begin + 1);
}

/// Takes texts from the front, up to the byte 0xFF.
class text_source {
public:
  explicit text_source(std::string_view bytes) : rest_(bytes) {}
  std::string_view next() {
    const auto end = std::min(rest_.find('\xFF'), rest_.size());
    const auto text = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return text;
  }
  std::string_view rest() const noexcept { return rest_; }

private:
  std::string_view rest_;
};

/// Whether a field may have this value.
inline bool may_be_sent(std::string_view value) {
  return std::ranges::none_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

}  // namespace weft::fuzz
