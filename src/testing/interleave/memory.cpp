#include "memory.hpp"

#include "execution.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

// One thread at a time runs while an execution is watched, so nothing here needs a lock.

// AddressSanitizer looks after freed memory itself, and does not let us write to all of it.
#if defined(__SANITIZE_ADDRESS__)
#define WEFT_KEEPS_FREED_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_KEEPS_FREED_MEMORY 0
#endif
#endif
#ifndef WEFT_KEEPS_FREED_MEMORY
#define WEFT_KEEPS_FREED_MEMORY 1
#endif

namespace weft::testing {
namespace {

constexpr int freed_byte = 0xDD;

struct freed_block {
  unsigned char* start;
  std::size_t size;
};

constinit bool watching = false;
constinit std::ptrdiff_t live = 0;
constinit freed_block* freed = nullptr;
constinit std::size_t freed_count = 0;
constinit std::size_t freed_room = 0;

bool has_pattern(const void* memory, std::size_t size) noexcept {
  const auto* bytes = static_cast<const unsigned char*>(memory);
  return std::all_of(bytes, bytes + size, [](unsigned char b) { return b == freed_byte; });
}

void keep(unsigned char* start, std::size_t size) noexcept {
  if (freed_count == freed_room) {
    freed_room = freed_room == 0 ? 4096 : freed_room * 2;
    auto* bigger = static_cast<freed_block*>(std::realloc(freed, freed_room * sizeof *freed));
    if (bigger == nullptr) std::abort();
    freed = bigger;
  }
  freed[freed_count++] = {start, size};
}

void* allocate(std::size_t size, std::size_t alignment) {
  const std::size_t rounded = (std::max<std::size_t>(size, 1) + alignment - 1) & ~(alignment - 1);
  void* memory = std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) throw std::bad_alloc();
  if (watching) ++live;
  return memory;
}

void release(void* memory) noexcept {
  if (!watching || memory == nullptr) return std::free(memory);
  auto* start = static_cast<unsigned char*>(memory);
  if (is_freed(start, 8)) fail("memory was freed twice");
  --live;
  if (!WEFT_KEEPS_FREED_MEMORY) return std::free(memory);
  const std::size_t size = malloc_usable_size(start);
  std::memset(start, freed_byte, size);
  keep(start, size);
}

}  // namespace

void begin_watching_memory() noexcept {
  live = 0;
  watching = true;
}

std::ptrdiff_t end_watching_memory() noexcept {
  watching = false;
  while (freed_count != 0) std::free(freed[--freed_count].start);
  return live;
}

bool is_freed(const void* object, std::size_t size) noexcept {
  if (freed_count == 0 || !has_pattern(object, size)) return false;
  const auto* at = static_cast<const unsigned char*>(object);
  return std::any_of(freed, freed + freed_count, [at](const freed_block& block) {
    return at >= block.start && at < block.start + block.size;
  });
}

unwatched::unwatched() noexcept : before_(std::exchange(watching, false)) {}
unwatched::~unwatched() { watching = before_; }

}  // namespace weft::testing

// All forms: a sanitizer replaces each that is left out by one of its own.

void* operator new(std::size_t size) { return weft::testing::allocate(size, 16); }
void* operator new[](std::size_t size) { return weft::testing::allocate(size, 16); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return weft::testing::allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return weft::testing::allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return weft::testing::allocate(size, 16);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return weft::testing::allocate(size, 16);
}
void operator delete(void* memory) noexcept { weft::testing::release(memory); }
void operator delete[](void* memory) noexcept { weft::testing::release(memory); }
void operator delete(void* memory, std::size_t) noexcept { weft::testing::release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { weft::testing::release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  weft::testing::release(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  weft::testing::release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept { weft::testing::release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { weft::testing::release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  weft::testing::release(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  weft::testing::release(memory);
}
