#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

namespace weft::detail {

// Coroutine frames come from free lists of their own, one list a size class and thread: taking and
// returning one is a few instructions without an atomic operation. Frames that are freed on another
// thread than the one that made them travel back in batches (frame_pool.cpp).
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

struct free_frame {
  free_frame* next;
  free_frame* next_batch;  // only of a batch's first frame
};

struct frame_cache {
  static constexpr std::size_t step = 16;
  static constexpr std::size_t largest = 1024;
  static constexpr std::size_t classes = largest / step + 1;
  static constexpr std::uint32_t batch = 128;
  static constexpr std::uint32_t most = 2 * batch;  // in one list

  struct free_list {
    free_frame* head;
    std::uint32_t room;  // frames it takes before it gives a batch away; 0 in a new thread
  };

  std::array<free_list, classes> lists;
  char* fresh;  // memory that no frame has used yet
  char* fresh_end;
  bool hands_back_at_exit;
};

extern constinit thread_local frame_cache this_thread_frames;

void* refill_frames(std::size_t size_class);
void spill_frames(std::size_t size_class) noexcept;

inline std::size_t frame_size_class(std::size_t size) noexcept {
  return (size + frame_cache::step - 1) / frame_cache::step;
}

/// @param size  bytes, at least 1
WEFT_NOT_IN_COROUTINES inline void* allocate_frame(std::size_t size) {
  const std::size_t size_class = frame_size_class(size);
  if (!WEFT_FRAME_POOL || size_class >= frame_cache::classes) return ::operator new(size);
  auto& list = this_thread_frames.lists[size_class];
  free_frame* frame = list.head;
  if (frame == nullptr) [[unlikely]]
    return refill_frames(size_class);
  list.head = frame->next;
  ++list.room;
  return frame;
}

/// @param size  what allocate_frame() was asked for
WEFT_NOT_IN_COROUTINES inline void release_frame(void* memory, std::size_t size) noexcept {
  const std::size_t size_class = frame_size_class(size);
  if (!WEFT_FRAME_POOL || size_class >= frame_cache::classes) {
    ::operator delete(memory);
    return;
  }
  auto& list = this_thread_frames.lists[size_class];
  if (list.room == 0) [[unlikely]]
    spill_frames(size_class);
  --list.room;
  list.head = ::new (memory) free_frame{list.head, nullptr};
}

#undef WEFT_NOT_IN_COROUTINES

}  // namespace weft::detail
