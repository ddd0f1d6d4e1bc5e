#include "planted.hpp"

#include <cstdlib>

namespace weft::testing {
namespace {

std::uint64_t chosen_bug() {
  const char* name = std::getenv("WEFT_PLANTED");
  return name != nullptr ? hash_of(name) : 0;
}

}  // namespace

const std::uint64_t planted_bug = chosen_bug();

}  // namespace weft::testing
