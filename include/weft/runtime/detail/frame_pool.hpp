#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

namespace weft::detail {

// Coroutine frames come from stacks of their own, one a size class and thread: taking and returning
// one is a few instructions without an atomic operation. Frames that are freed on another thread
// than the one that made them travel back in batches (frame_pool.cpp).
//
// AddressSanitizer must see each frame as an allocation of its own, so it gets plain operator new.
#if defined(__SANITIZE_ADDRESS__)
#define WEFT_FRAME_POOL 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_FRAME_POOL 0
#endif
#endif
#ifndef WEFT_FRAME_POOL
#define WEFT_FRAME_POOL 1
#endif

// clang moves the address of a thread_local out of a loop that suspends, and a coroutine may go on
// on another thread. With clang these are therefore calls and never part of a coroutine.
#if defined(__clang__)
#define WEFT_NOT_IN_COROUTINES [[gnu::noinline]]
#else
#define WEFT_NOT_IN_COROUTINES
#endif

/// Free frames of one size that a thread has at hand: a stack, below which lies a null. An array
/// and no list through the frames: what a frame costs is mostly the number of stores.
struct frame_stack {
  static constexpr std::size_t places = 256;

  /// Whether no frame goes above the others; `top` is the first free place.
  static bool is_full(void** top) noexcept {
    return reinterpret_cast<std::uintptr_t>(top) % sizeof(frame_stack) == 0;
  }
  void** bottom() noexcept { return frames.data() + 1; }
  void** end() noexcept { return frames.data() + places; }

  alignas(places * sizeof(void*)) std::array<void*, places> frames{};
};

struct frame_cache {
  static constexpr std::size_t step = 16;
  static constexpr std::size_t largest = 1024;
  static constexpr std::size_t classes = largest / step + 1;
  static constexpr std::size_t batch = frame_stack::places / 2;

  constexpr frame_cache() noexcept;

  std::array<void**, classes> tops;  // of the stack of each class
  char* fresh = nullptr;             // memory that no frame has used yet
  char* fresh_end = nullptr;
  bool hands_back_at_exit = false;
};

/// What a thread has where it has no stack: both empty and full.
inline constinit frame_stack no_frames;

constexpr frame_cache::frame_cache() noexcept : tops() {
  tops.fill(no_frames.frames.data() + frame_stack::places);
}

extern constinit thread_local frame_cache this_thread_frames;

void* find_frame(std::size_t size_class);
void put_away_frame(void* memory, std::size_t size_class) noexcept;

inline std::size_t frame_size_class(std::size_t size) noexcept {
  return (size + frame_cache::step - 1) / frame_cache::step;
}

/// @param size  bytes, at least 1
WEFT_NOT_IN_COROUTINES inline void* allocate_frame(std::size_t size) {
  const std::size_t size_class = frame_size_class(size);
  if (!WEFT_FRAME_POOL || size_class >= frame_cache::classes) return ::operator new(size);
  void**& top = this_thread_frames.tops[size_class];
  void* const frame = top[-1];
  if (frame == nullptr) [[unlikely]]
    return find_frame(size_class);
  --top;
  return frame;
}

/// @param size  what allocate_frame() was asked for
WEFT_NOT_IN_COROUTINES inline void release_frame(void* memory, std::size_t size) noexcept {
  const std::size_t size_class = frame_size_class(size);
  if (!WEFT_FRAME_POOL || size_class >= frame_cache::classes) {
    ::operator delete(memory);
    return;
  }
  void**& top = this_thread_frames.tops[size_class];
  if (frame_stack::is_full(top)) [[unlikely]]
    return put_away_frame(memory, size_class);
  *top++ = memory;
}

#undef WEFT_NOT_IN_COROUTINES

}  // namespace weft::detail
