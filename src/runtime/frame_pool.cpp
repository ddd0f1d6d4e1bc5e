#include <weft/runtime/detail/frame_pool.hpp>
#include <weft/runtime/detail/threading.hpp>

#include <memory>
#include <mutex>
#include <new>
#include <utility>

// Structures: each thread has a frame_cache (a stack a size class, made when the first frame of it
// is freed there, and a piece of fresh memory); behind them stands one shelf a size class with
// whole batches of free frames, linked through the frames, under a mutex.
// Movement: a full stack puts half of itself on the shelf; an empty one takes a batch from there
// before it cuts fresh memory. A thread that ends puts all it has on the shelves.
// Invariant: fresh memory is never returned to the system, so a frame address stays valid memory
// for as long as the process lives.

namespace weft::detail {

constinit thread_local frame_cache this_thread_frames;

namespace {

constexpr std::size_t slab_bytes = 256 * 1024;

struct free_frame {
  free_frame* next;
  free_frame* next_batch;  // only of a batch's first frame
};
static_assert(sizeof(free_frame) <= frame_cache::step);

struct shelf {
  os_mutex mutex;
  free_frame* batches = nullptr;
};

std::array<shelf, frame_cache::classes>& shelves() {
  // Never destroyed: threads may end after static destruction has begun.
  static auto* instance = new std::array<shelf, frame_cache::classes>;
  return *instance;
}

free_frame* take_batch(std::size_t size_class) {
  shelf& s = shelves()[size_class];
  std::lock_guard lock(s.mutex);
  free_frame* batch = s.batches;
  if (batch != nullptr) s.batches = batch->next_batch;
  return batch;
}

void put_batch(std::size_t size_class, free_frame* batch) noexcept {
  shelf& s = shelves()[size_class];
  std::lock_guard lock(s.mutex);
  batch->next_batch = s.batches;
  s.batches = batch;
}

/// @return the frames from `first` to `last`, linked; null where there are none
free_frame* link(void** first, void** last, free_frame* rest = nullptr) noexcept {
  for (; first != last; ++first) rest = ::new (*first) free_frame{rest, nullptr};
  return rest;
}

bool has_stack(void** top) noexcept { return top != no_frames.end(); }

frame_stack& stack_of(void** top) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(top - 1);
  return *reinterpret_cast<frame_stack*>(address - address % sizeof(frame_stack));
}

struct hand_back_at_exit {
  ~hand_back_at_exit() {
    for (std::size_t c = 0; c < frame_cache::classes; ++c) {
      void**& top = this_thread_frames.tops[c];
      if (!has_stack(top)) continue;
      frame_stack& stack = stack_of(top);
      if (free_frame* all = link(stack.bottom(), top)) put_batch(c, all);
      top = no_frames.end();
      delete &stack;
    }
  }
};

void register_exit() {
  if (this_thread_frames.hands_back_at_exit) return;
  this_thread_frames.hands_back_at_exit = true;
  static thread_local hand_back_at_exit guard;
  (void)guard;
}

// @return false where there is no memory for a stack
bool ensure_stack(void**& top) noexcept {
  if (has_stack(top)) return true;
  auto* stack = new (std::nothrow) frame_stack;
  if (stack == nullptr) return false;
  register_exit();
  top = stack->bottom();
  return true;
}

void* cut_fresh(std::size_t bytes) {
  auto& cache = this_thread_frames;
  if (static_cast<std::size_t>(cache.fresh_end - cache.fresh) < bytes) {
    cache.fresh = static_cast<char*>(::operator new(slab_bytes));
    cache.fresh_end = cache.fresh + slab_bytes;
  }
  void* memory = cache.fresh;
  cache.fresh += bytes;
  return memory;
}

}  // namespace

// This thread has none.
void* find_frame(std::size_t size_class) {
  free_frame* const batch = take_batch(size_class);
  if (batch == nullptr) return cut_fresh(size_class * frame_cache::step);
  free_frame* rest = batch->next;
  void**& top = this_thread_frames.tops[size_class];
  if (rest != nullptr && !ensure_stack(top)) put_batch(size_class, std::exchange(rest, nullptr));
  for (; rest != nullptr; rest = rest->next) *top++ = rest;
  return batch;
}

// This thread has no room for more.
void put_away_frame(void* memory, std::size_t size_class) noexcept {
  void**& top = this_thread_frames.tops[size_class];
  if (!ensure_stack(top)) return put_batch(size_class, link(&memory, &memory + 1));
  if (frame_stack::is_full(top)) {
    put_batch(size_class, link(top - frame_cache::batch, top));
    top -= frame_cache::batch;
  }
  *top++ = memory;
}

}  // namespace weft::detail
