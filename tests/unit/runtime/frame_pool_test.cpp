#include <weft/runtime/detail/frame_pool.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

using weft::detail::allocate_frame;
using weft::detail::release_frame;

namespace {

bool is_aligned(void* memory) {
  return reinterpret_cast<std::uintptr_t>(memory) % __STDCPP_DEFAULT_NEW_ALIGNMENT__ == 0;
}

}  // namespace

TEST_CASE("frames of every size are aligned, writable and do not overlap") {
  std::vector<std::pair<unsigned char*, std::size_t>> frames;
  for (std::size_t size = 1; size <= 2048; size += 13) {
    auto* memory = static_cast<unsigned char*>(allocate_frame(size));
    CHECK(is_aligned(memory));
    std::memset(memory, static_cast<int>(size % 251), size);
    frames.emplace_back(memory, size);
  }
  for (const auto& [memory, size] : frames) {
    CHECK(memory[0] == size % 251);
    CHECK(memory[size - 1] == size % 251);
  }
  for (const auto& [memory, size] : frames) release_frame(memory, size);
}

TEST_CASE("frames that another thread releases come back") {
  constexpr std::size_t size = 96;
  constexpr std::size_t count = 5000;
  std::set<void*> all;
  for (int round = 0; round < 20; ++round) {
    std::vector<void*> frames;
    for (std::size_t i = 0; i < count; ++i) frames.push_back(allocate_frame(size));
    CHECK(std::set<void*>(frames.begin(), frames.end()).size() == count);
    all.insert(frames.begin(), frames.end());
    std::thread([&frames] {
      for (void* frame : frames) release_frame(frame, size);
    }).join();
  }
#if WEFT_FRAME_POOL
  // What one thread gives back another takes again: the stock stays near one round's need.
  CHECK(all.size() < 2 * count);
#endif
}

#if WEFT_FRAME_POOL
TEST_CASE("frames that threads only release come back when the threads have ended") {
  constexpr std::size_t size = 160;
  constexpr std::size_t count = 100;  // fewer than make a batch
  std::set<void*> all;
  for (int round = 0; round < 200; ++round) {
    std::vector<void*> frames;
    for (std::size_t i = 0; i < count; ++i) frames.push_back(allocate_frame(size));
    all.insert(frames.begin(), frames.end());
    std::thread([&frames] {
      for (void* frame : frames) release_frame(frame, size);
    }).join();
  }
  CHECK(all.size() < 4 * count);
}
#endif
