#include "streaming_handler.hpp"

#include <sys/resource.h>

namespace weft::test {

std::size_t most_memory() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<std::size_t>(used.ru_maxrss) * 1024;
}

}  // namespace weft::test
