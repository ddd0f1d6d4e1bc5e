#pragma once

#include <weft/base/error.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace weft {

/// One thread runs everything, oldest first. Stands for Node, asyncio, one FastAPI worker.
struct event_loop {};

/// Several threads, of which only the holder of one lock runs tasks; CPython's rules (3.2 and
/// later).
///
/// A thread that waits for the lock longer than the interval asks the holder to drop it, and the
/// holder obeys at its next checkpoint().
/// @source Python/ceval_gil.c
struct gil {
  unsigned threads = 4;
  std::chrono::nanoseconds switch_interval = std::chrono::milliseconds(5);
};

/// A thread for each spawned task (go(), a child of a group, a connection), preempted by the
/// kernel. Stands for Flask and Django with sync workers, and Apache.
///
/// Awaiting a plain task, or fork(), stays on the thread; a wait parks it. When `max` threads are
/// in use, further tasks share them and run while such a thread's own task waits, so a task that
/// waits for its children never waits for a thread.
struct threads {
  unsigned max = 256;  ///< the thread that calls run() among them
};

/// Event loops side by side, each with its own queue, timers and I/O. A task stays on the loop
/// where it was started; nothing is stolen. Stands for nginx, Seastar, gunicorn -w, Node's cluster.
struct sharded {
  unsigned shards = 0;  ///< 0: as many as this process may use cores
};

/// One worker thread a core; a worker without work steals. Stands for Go and Tokio.
struct parallel {
  unsigned workers = 0;  ///< 0: as many as this process may use cores
};

/// For tests: one thread, virtual time, and a seed that picks every interleaving and replays it.
struct deterministic {
  std::uint64_t seed = 1;
};

/// How ready tasks meet threads. Chosen once, when a scheduler is made; no task can tell which.
using model = std::variant<event_loop, gil, threads, sharded, parallel, deterministic>;

/// "event_loop", "gil", "threads", "sharded", "parallel" or "deterministic".
std::string_view name_of(const model& m) noexcept;

/// The number of threads that run tasks under this model on this machine; under `threads` the most
/// there can be.
unsigned worker_count(const model& m) noexcept;

/// The model of that name, with its defaults.
/// @errors condition::bad_input  for any other name
result<model> parse_model(std::string_view name);

/// The names that parse_model() takes for serving, for messages: "event_loop, gil, ...".
std::string_view model_names() noexcept;

}  // namespace weft
