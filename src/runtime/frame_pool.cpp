#include <weft/runtime/frame_pool.hpp>
#include <weft/runtime/threading.hpp>

#include <mutex>

// Structures: each thread has a frame_cache (free lists and a piece of fresh memory); behind them
// stands one shelf a size class with whole batches of free frames, under a mutex.
// Movement: a list that reaches two batches puts one on the shelf; an empty list takes one from the
// shelf before it cuts fresh memory. A thread that ends puts all it has on the shelves.
// Invariant: fresh memory is never returned to the system, so a frame address stays valid memory
// for as long as the process lives.

namespace weft::detail {

constinit thread_local frame_cache this_thread_frames{};

namespace {

constexpr std::size_t slab_bytes = 256 * 1024;

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

void put_batch(std::size_t size_class, free_frame* batch) {
  shelf& s = shelves()[size_class];
  std::lock_guard lock(s.mutex);
  batch->next_batch = s.batches;
  s.batches = batch;
}

std::uint32_t length(const free_frame* frame) {
  std::uint32_t count = 0;
  for (; frame != nullptr; frame = frame->next) ++count;
  return count;
}

struct hand_back_at_exit {
  ~hand_back_at_exit() {
    for (std::size_t c = 0; c < frame_cache::classes; ++c) {
      auto& list = this_thread_frames.lists[c];
      if (list.head != nullptr) put_batch(c, list.head);
      list = {};
    }
  }
};

void register_exit() {
  if (this_thread_frames.hands_back_at_exit) return;
  this_thread_frames.hands_back_at_exit = true;
  static thread_local hand_back_at_exit guard;
  (void)guard;
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

void* refill_frames(std::size_t size_class) {
  register_exit();
  free_frame* batch = take_batch(size_class);
  if (batch == nullptr) return cut_fresh(size_class * frame_cache::step);
  auto& list = this_thread_frames.lists[size_class];
  list.head = batch->next;
  list.room = frame_cache::most - length(batch->next);
  return batch;
}

void spill_frames(std::size_t size_class) noexcept {
  register_exit();
  auto& list = this_thread_frames.lists[size_class];
  if (list.head == nullptr) {  // the first frame of this class that this thread frees
    list.room = frame_cache::most;
    return;
  }
  free_frame* first = list.head;
  free_frame* last = first;
  for (std::uint32_t i = 1; i < frame_cache::batch; ++i) last = last->next;
  list.head = last->next;
  list.room += frame_cache::batch;
  last->next = nullptr;
  put_batch(size_class, first);
}

}  // namespace weft::detail
