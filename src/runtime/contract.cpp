#include <weft/runtime/detail/contract.hpp>

#include <cstdio>
#include <cstdlib>

namespace weft::detail {

void broken_contract(const char* rule) noexcept {
  std::fprintf(stderr, "weft: %s\n", rule);
  std::abort();
}

}  // namespace weft::detail
