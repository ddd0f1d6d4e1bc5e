#include "target.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>

// The entries that libFuzzer looks for. What a target throws ends the process, so that libFuzzer
// keeps the input.

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

/// WEFT_FUZZ_PLANT names a fault that is to be found.
int LLVMFuzzerInitialize(int*, char***) {
  if (const char* plant = std::getenv("WEFT_FUZZ_PLANT")) weft::fuzz::set_planted(plant);
  return 0;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    weft::fuzz::try_input({reinterpret_cast<const char*>(bytes), size});
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "fuzz: %s\n", fault.what());
    std::abort();
  }
  return 0;
}
