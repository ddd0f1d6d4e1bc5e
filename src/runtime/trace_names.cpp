#include "trace_recorder.hpp"

#include <array>
#include <bit>
#include <cstdint>

// Numbers for what a record has no room for: string literals and places in sources, which live as
// long as the program. A record point hashes an address; only readers follow it.

namespace weft::detail {
namespace {

/// An open hash table of addresses that only grows. A number is a place in it, from 1.
class address_table {
public:
  /// @return 0 where too many have come
  std::uint32_t number_of(std::uintptr_t address) noexcept {
    if (address == 0) return 0;
    const auto hash = static_cast<std::size_t>(address * 0x9e3779b97f4a7c15U >> 52);
    for (std::size_t i = 0; i < most_tries; ++i) {
      const std::size_t at = (hash + i) % size;
      std::uintptr_t found = addresses_[at].load(std::memory_order_relaxed);
      if (found == 0 && addresses_[at].compare_exchange_strong(found, address)) found = address;
      if (found == address) return static_cast<std::uint32_t>(at + 1);
    }
    return 0;
  }
  /// @return 0 where there is none
  std::uintptr_t address_of(std::uint32_t number) const noexcept {
    return number == 0 || number > size ? 0 : addresses_[number - 1].load();
  }

private:
  static constexpr std::size_t size = 4096;  // as many as the hash has values
  static constexpr std::size_t most_tries = 64;

  std::array<std::atomic<std::uintptr_t>, size> addresses_{};
};

constinit address_table texts;
constinit address_table places;

// With the libraries of g++ and clang a source_location is a pointer to what the compiler made.
using place_word = std::uintptr_t;
static_assert(sizeof(std::source_location) == sizeof(place_word));

}  // namespace

std::uint32_t traced_text(const char* text) noexcept {
  return texts.number_of(reinterpret_cast<std::uintptr_t>(text));
}

std::uint32_t traced_place(const std::source_location& place) noexcept {
  return places.number_of(std::bit_cast<place_word>(place));
}

}  // namespace weft::detail

namespace weft {

const char* trace_log::text(std::uint32_t argument) noexcept {
  const auto address = detail::texts.address_of(argument);
  return address != 0 ? reinterpret_cast<const char*>(address) : "?";
}

std::source_location trace_log::place(std::uint32_t argument) noexcept {
  return std::bit_cast<std::source_location>(detail::places.address_of(argument));
}

}  // namespace weft
