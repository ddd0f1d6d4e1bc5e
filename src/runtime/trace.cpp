#include <weft/runtime/trace.hpp>

#include "trace_clock.hpp"
#include "trace_recorder.hpp"
#include "trace_ring.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <new>
#include <stdexcept>

// The registry owns all rings. A thread takes one with its first record in a session and keeps it
// until it ends; what it wrote stays readable until another thread takes the ring for a later
// session. The registry's lock is taken when a thread takes or leaves a ring, and by readers.

namespace weft::detail {

constinit std::atomic<std::uint32_t> traced_session{0};
constinit thread_local trace_ring* this_ring = nullptr;

namespace {

// A thread that comes when so many have recorded in one session records nothing.
constexpr std::size_t most_rings = 1024;

struct owned_ring {
  std::unique_ptr<trace_ring> ring;
  bool has_owner = false;
};

struct registry {
  std::mutex mutex;  // for all below
  std::vector<owned_ring> rings;
  trace_clock clock;
  std::uint32_t last_session = 0;
  std::size_t capacity = 0;
  std::uint64_t dropped_without_ring = 0;
};

// Never destroyed: threads may record after static destruction has begun.
registry& the_registry() {
  static auto* instance = new registry;
  return *instance;
}

constinit thread_local bool thread_ends = false;

// The registry's lock is held.
void give_up_ring(registry& all) noexcept {
  for (owned_ring& r : all.rings) {
    if (r.ring.get() == this_ring) r.has_owner = false;
  }
  this_ring = nullptr;
}

struct give_up_at_exit {
  ~give_up_at_exit() {
    registry& all = the_registry();
    std::lock_guard lock(all.mutex);
    thread_ends = true;
    give_up_ring(all);
  }
};

std::string name_of_this_thread() {
  std::array<char, 16> name{};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  return name.data();
}

// The registry's lock is held.
trace_ring* find_ring(registry& all, std::uint32_t session) {
  for (owned_ring& r : all.rings) {
    const bool is_free = !r.has_owner && !r.ring->is_of(session);
    if (!is_free || r.ring->capacity() != all.capacity) continue;
    r.has_owner = true;
    return r.ring.get();
  }
  if (all.rings.size() >= most_rings) return nullptr;
  all.rings.push_back({std::make_unique<trace_ring>(all.capacity), true});
  return all.rings.back().ring.get();
}

trace_ring* take_ring(std::uint32_t session) noexcept {
  static thread_local give_up_at_exit guard;
  (void)guard;
  registry& all = the_registry();
  std::lock_guard lock(all.mutex);
  if (all.last_session != session) return nullptr;
  try {
    if (this_ring != nullptr && this_ring->capacity() != all.capacity) give_up_ring(all);
    if (this_ring == nullptr) this_ring = find_ring(all, session);
    if (this_ring != nullptr) {
      this_ring->open(session, all.clock.start(), name_of_this_thread());
      return this_ring;
    }
  } catch (const std::bad_alloc&) {
    // Counted as the threads are that come too late for a ring.
  }
  ++all.dropped_without_ring;
  return nullptr;
}

// A ring that nobody owns and that has another size would not be used again.
void free_unused_rings(registry& all) {
  std::erase_if(all.rings, [&](const owned_ring& r) {
    return !r.has_owner && r.ring->capacity() != all.capacity;
  });
}

std::uint32_t start_session(const trace_options& options) {
  registry& all = the_registry();
  std::lock_guard lock(all.mutex);
  if (traced_session.load(std::memory_order_relaxed) != 0) {
    throw std::logic_error("a trace_session was made while another one records");
  }
  all.capacity = std::bit_ceil(std::max<std::size_t>(options.records_a_thread, 2));
  free_unused_rings(all);
  all.dropped_without_ring = 0;
  all.clock = trace_clock();
  if (++all.last_session == 0) ++all.last_session;
  traced_session.store(all.last_session, std::memory_order_release);
  return all.last_session;
}

// The thread that called run() may have recorded before it became a worker.
void name_by_worker(trace_track& track) {
  const auto found = std::find_if(track.events.begin(), track.events.end(), [](auto& e) {
    return e.kind == trace_kind::worker_begin || e.kind == trace_kind::worker_park;
  });
  if (found != track.events.end()) track.name = "worker " + std::to_string(found->id);
}

trace_track to_track(const trace_ring& ring, double tick_length) {
  trace_ring::reading read = ring.read();
  trace_track track;
  track.name = ring.name();
  track.dropped = read.dropped;
  track.events.reserve(read.records.size());
  for (const trace_record& r : read.records) {
    const auto time = static_cast<double>(r.ticks) * tick_length;
    track.events.push_back(
        {std::chrono::nanoseconds(static_cast<std::int64_t>(time)), r.id, r.argument, r.kind});
  }
  name_by_worker(track);
  return track;
}

trace_log read_session(std::uint32_t session) {
  registry& all = the_registry();
  std::lock_guard lock(all.mutex);
  trace_log log;
  if (all.last_session != session) return log;
  const double tick_length = all.clock.tick_length();
  log.length = all.clock.elapsed();
  log.dropped = all.dropped_without_ring;
  for (const owned_ring& r : all.rings) {
    if (!r.ring->is_of(session)) continue;
    log.tracks.push_back(to_track(*r.ring, tick_length));
    log.dropped += log.tracks.back().dropped;
  }
  return log;
}

}  // namespace

trace_ring* take_ring_if_recording() noexcept {
  const std::uint32_t session = traced_session.load(std::memory_order_acquire);
  return session == 0 || thread_ends ? nullptr : take_ring(session);
}

void write_trace(trace_kind kind, std::uint32_t id, std::uint32_t argument) noexcept {
  if (trace_ring* ring = this_threads_ring())
    write_trace(*ring, trace_time::now, kind, id, argument);
}

}  // namespace weft::detail

namespace weft {

trace_session::trace_session(const trace_options& options)
    : number_(detail::start_session(options)) {}
trace_session::~trace_session() {
  std::uint32_t own = number_;
  detail::traced_session.compare_exchange_strong(own, 0);
}

trace_log trace_session::read() const { return detail::read_session(number_); }

trace_log trace_session::stop() {
  std::uint32_t own = number_;
  detail::traced_session.compare_exchange_strong(own, 0);
  return read();
}

}  // namespace weft
