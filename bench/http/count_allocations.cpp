// Stands before the C library's malloc (LD_PRELOAD) and counts what is asked of the heap, in a file
// that whoever wants to know shares: WEFT_ALLOCATIONS_FILE, 8 bytes. Made for glibc.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" {
// The C library's names. NOLINTBEGIN(bugprone-reserved-identifier)
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
// NOLINTEND(bugprone-reserved-identifier)
}

namespace {

using counter = std::atomic<std::uint64_t>;
static_assert(counter::is_always_lock_free);

counter before_the_file;  // allocations of libraries that begin before this one
counter* asked = &before_the_file;

void count() { asked->fetch_add(1, std::memory_order_relaxed); }

[[gnu::constructor]] void share_counter() {
  const char* const path = std::getenv("WEFT_ALLOCATIONS_FILE");
  if (path == nullptr) return;
  const int file = ::open(path, O_RDWR | O_CLOEXEC);
  if (file < 0 || ::ftruncate(file, sizeof(counter)) != 0) std::abort();
  void* const shared =
      ::mmap(nullptr, sizeof(counter), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (shared == MAP_FAILED) std::abort();
  asked = static_cast<counter*>(shared);
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  count();
  return __libc_malloc(size);
}

void* calloc(std::size_t times, std::size_t size) {
  count();
  return __libc_calloc(times, size);
}

void* realloc(void* memory, std::size_t size) {
  count();
  return __libc_realloc(memory, size);
}

void* memalign(std::size_t alignment, std::size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  *memory = memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
}
