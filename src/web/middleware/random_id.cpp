#include "web/middleware/random_id.hpp"

#include <cstdint>
#include <random>

namespace weft::detail {
namespace {

std::mt19937_64 seeded() {
  std::random_device device;
  std::seed_seq seeds{device(), device(), device(), device(), device(), device()};
  return std::mt19937_64(seeds);
}

void append_hex(std::string& out, std::uint64_t bits) {
  constexpr char digits[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out += digits[(bits >> shift) & 15];
}

}  // namespace

std::string random_id(std::size_t digits) {
  thread_local std::mt19937_64 source = seeded();
  std::string id;
  id.reserve(digits);
  while (id.size() < digits) {
    const std::uint64_t bits = source();
    if (bits != 0) append_hex(id, bits);
  }
  return id;
}

}  // namespace weft::detail
