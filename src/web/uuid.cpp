#include <weft/web/uuid.hpp>

#include <cstddef>

namespace weft {
namespace {

constexpr std::size_t text_size = 36;

constexpr bool has_hyphen_at(std::size_t place) noexcept {
  return place == 8 || place == 13 || place == 18 || place == 23;
}

int digit_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<uuid> uuid::parse(std::string_view text) noexcept {
  if (text.size() != text_size) return std::nullopt;
  byte_array bytes{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text_size; ++i) {
    if (has_hyphen_at(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = digit_value(text[i]);
    if (value < 0) return std::nullopt;
    auto& byte = bytes[digits++ / 2];
    byte = static_cast<std::uint8_t>(byte * 16 + value);
  }
  return uuid(bytes);
}

std::string uuid::text() const {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text_size);
  for (const auto byte : bytes_) {
    if (has_hyphen_at(out.size())) out += '-';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string text_value<uuid>::read(std::string_view text, uuid& out) {
  const auto parsed = uuid::parse(text);
  if (!parsed) return "must be a UUID";
  out = *parsed;
  return {};
}

}  // namespace weft
