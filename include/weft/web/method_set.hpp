#pragma once

#include <weft/http/method.hpp>

#include <cstdint>
#include <string>

namespace weft {

/// Some of the request methods.
class method_set {
public:
  constexpr method_set() noexcept = default;

  constexpr void add(http_method method) noexcept { bits_ |= bit(method); }
  constexpr void add(method_set other) noexcept { bits_ |= other.bits_; }
  constexpr bool has(http_method method) const noexcept { return (bits_ & bit(method)) != 0; }
  constexpr bool empty() const noexcept { return bits_ == 0; }

  /// The value of an Allow header: "GET, HEAD, OPTIONS" (RFC 9110 10.2.1). HEAD comes with GET, and
  /// OPTIONS always, since the application answers both by itself.
  std::string to_string() const;

private:
  static constexpr std::uint16_t bit(http_method method) noexcept {
    return static_cast<std::uint16_t>(1u << static_cast<unsigned>(method));
  }

  std::uint16_t bits_ = 0;
};

}  // namespace weft
