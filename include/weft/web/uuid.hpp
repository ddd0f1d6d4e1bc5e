#pragma once

#include <weft/web/text_value.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// A universally unique identifier, 16 bytes of any version: `path<uuid>`,
/// `query_value<"id", uuid>`.
///
/// @source RFC 9562 4
class uuid {
public:
  using byte_array = std::array<std::uint8_t, 16>;

  /// All bytes zero: the nil UUID.
  constexpr uuid() noexcept = default;
  constexpr explicit uuid(const byte_array& bytes) noexcept : bytes_(bytes) {}

  /// Reads "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", in either case and with nothing around it.
  static std::optional<uuid> parse(std::string_view text) noexcept;

  /// In lower case.
  std::string text() const;
  constexpr const byte_array& bytes() const noexcept { return bytes_; }

  friend constexpr auto operator<=>(const uuid&, const uuid&) noexcept = default;

private:
  byte_array bytes_{};
};

template <>
struct text_value<uuid> {
  static constexpr const char* format = "uuid";
  static std::string read(std::string_view text, uuid& out);
};

}  // namespace weft
