#include "promises/faults.hpp"

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string_view>

// The linker sends the program's calls of these functions to __wrap_NAME, and calls of __real_NAME
// to the C library, or to what a sanitizer has put before it. Nothing of this is in the library.

namespace {

using weft::test::fallible;

constexpr std::int64_t never = INT64_MAX;

std::atomic<fallible> armed{fallible::accept};
std::atomic<std::int64_t> calls_until_failure{never};
std::atomic<bool> goes_on_failing{false};
std::atomic<int> chosen_error{0};
std::atomic<std::uint64_t> bytes_out{0};
thread_local int spared = 0;

/// @return whether this call is one that fails
[[gnu::noinline]] bool fails(fallible what) noexcept {
  if (calls_until_failure.load(std::memory_order_relaxed) == never) return false;
  if (armed.load(std::memory_order_relaxed) != what || spared != 0) return false;
  const auto left = calls_until_failure.fetch_sub(1, std::memory_order_relaxed);
  return left == 1 || (left < 1 && goes_on_failing.load(std::memory_order_relaxed));
}

/// For a call that gives a descriptor, or none.
bool is_refused(fallible what) noexcept {
  if (!fails(what)) return false;
  errno = chosen_error;
  return true;
}

/// Not Asio's own event and timer descriptors: it does not look whether its reactor took them, and
/// nobody else can find out.
bool may_be_refused(int descriptor) noexcept {
  if (armed.load(std::memory_order_relaxed) != fallible::epoll_ctl) return true;
  char link[32];
  char target[64] = {};
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  if (::readlink(link, target, sizeof target - 1) < 0) return true;
  const std::string_view kind(target);
  return kind != "anon_inode:[eventfd]" && kind != "anon_inode:[timerfd]";
}

enum class outcome { as_ever, refused, one_byte };

/// For a call that moves bytes.
outcome outcome_of(fallible what) noexcept {
  if (!fails(what)) return outcome::as_ever;
  if (chosen_error == weft::test::failing_call::moves_one_byte) return outcome::one_byte;
  errno = chosen_error;
  return outcome::refused;
}

std::size_t at_most_one(outcome how, std::size_t size) noexcept {
  return how == outcome::one_byte ? std::min<std::size_t>(size, 1) : size;
}

}  // namespace

extern "C" {
// The linker's --wrap asks for these names. NOLINTBEGIN(bugprone-reserved-identifier)

int __real_accept4(int, sockaddr*, socklen_t*, int);
int __wrap_accept4(int descriptor, sockaddr* peer, socklen_t* size, int flags) {
  if (is_refused(fallible::accept)) return -1;
  return __real_accept4(descriptor, peer, size, flags);
}

ssize_t __real_recv(int, void*, std::size_t, int);
ssize_t __wrap_recv(int descriptor, void* into, std::size_t size, int flags) {
  const outcome how = outcome_of(fallible::recv);
  if (how == outcome::refused) return -1;
  return __real_recv(descriptor, into, at_most_one(how, size), flags);
}

ssize_t __real_send(int, const void*, std::size_t, int);
ssize_t __wrap_send(int descriptor, const void* from, std::size_t size, int flags) {
  const outcome how = outcome_of(fallible::send);
  if (how == outcome::refused) return -1;
  return __real_send(descriptor, from, at_most_one(how, size), flags);
}

ssize_t __real_sendfile(int, int, off_t*, std::size_t);
ssize_t __wrap_sendfile(int to, int from, off_t* offset, std::size_t size) {
  const outcome how = outcome_of(fallible::sendfile);
  if (how == outcome::refused) return -1;
  return __real_sendfile(to, from, offset, at_most_one(how, size));
}

int __real_epoll_ctl(int, int, int, epoll_event*);
int __wrap_epoll_ctl(int set, int operation, int descriptor, epoll_event* event) {
  // Only what is put in needs memory, or room under max_user_watches.
  if (operation == EPOLL_CTL_ADD && may_be_refused(descriptor) && is_refused(fallible::epoll_ctl))
    return -1;
  return __real_epoll_ctl(set, operation, descriptor, event);
}

int __real_epoll_wait(int, epoll_event*, int, int);
int __wrap_epoll_wait(int set, epoll_event* events, int most, int timeout) {
  if (is_refused(fallible::epoll_wait)) return -1;
  return __real_epoll_wait(set, events, most, timeout);
}

int __real_epoll_create1(int);
int __wrap_epoll_create1(int flags) {
  return is_refused(fallible::epoll_create) ? -1 : __real_epoll_create1(flags);
}

int __real_eventfd(unsigned, int);
int __wrap_eventfd(unsigned count, int flags) {
  return is_refused(fallible::eventfd) ? -1 : __real_eventfd(count, flags);
}

int __real_timerfd_create(int, int);
int __wrap_timerfd_create(int clock, int flags) {
  return is_refused(fallible::timerfd) ? -1 : __real_timerfd_create(clock, flags);
}

int __real_socket(int, int, int);
int __wrap_socket(int domain, int type, int protocol) {
  return is_refused(fallible::socket) ? -1 : __real_socket(domain, type, protocol);
}

// NOLINTEND(bugprone-reserved-identifier)
}  // extern "C"

// ThreadSanitizer replaces operator new itself.
#ifdef WEFT_REPLACES_NEW

namespace {

void* counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  bytes_out += ::malloc_usable_size(memory);
  return memory;
}

void release(void* memory) noexcept {
  bytes_out -= ::malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

// Not inlined: g++ would see free() of what operator new returned, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (fails(fallible::allocation)) throw std::bad_alloc();
  return counted(std::malloc(size));
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  if (fails(fallible::allocation)) throw std::bad_alloc();
  const auto unit = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { release(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { release(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory);
}

#endif

namespace weft::test {

failing_call::failing_call(fallible what, std::int64_t nth, int error, lasting l) noexcept {
  armed = what;
  goes_on_failing = l == lasting::yes;
  chosen_error = error;
  calls_until_failure = nth;
}
failing_call::~failing_call() { calls_until_failure = never; }
std::int64_t failing_call::failures() const noexcept {
  const std::int64_t left = calls_until_failure;
  if (left > 0) return 0;
  return goes_on_failing ? 1 - left : 1;
}

spared_thread::spared_thread() noexcept { ++spared; }
spared_thread::~spared_thread() { --spared; }

std::uint64_t allocated_bytes() noexcept { return bytes_out; }

}  // namespace weft::test
