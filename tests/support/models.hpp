#pragma once

#include <weft/runtime/scheduler.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weft::test {

/// A model and what a failed check calls it.
struct named_model {
  std::string name;
  model value;
  io_kind io = io_kind::automatic;
};

/// The deterministic model with seeds 1 to `count`.
inline std::vector<named_model> seeds(std::uint64_t count) {
  std::vector<named_model> all;
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    all.push_back({"deterministic, seed " + std::to_string(seed), deterministic{seed}});
  }
  return all;
}

/// Small instances of the models that serve. Their tasks see real time.
inline std::vector<named_model> serving_models() {
  std::vector<named_model> all;
  all.push_back({"event_loop", event_loop{}});
  for (const unsigned threads : {2U, 3U, 4U}) {
    all.push_back({"gil, threads " + std::to_string(threads), gil{.threads = threads}});
  }
  for (const unsigned most : {3U, 200U}) {
    all.push_back({"threads, max " + std::to_string(most), threads{.max = most}});
  }
  for (const unsigned shards : {2U, 3U}) {
    all.push_back({"sharded, shards " + std::to_string(shards), sharded{.shards = shards}});
  }
  for (const unsigned workers : {2U, 4U}) {
    all.push_back({"parallel, workers " + std::to_string(workers), parallel{.workers = workers}});
  }
  return all;
}

/// For what waits in sockets: each model that serves, with each kind of I/O.
inline std::vector<named_model> serving_models_with_io() {
  std::vector<named_model> all;
  const auto add = [&all](const std::string& name, const model& m, io_kind io) {
    all.push_back({name + ", " + std::string(name_of(io)), m, io});
  };
  for (const io_kind io : {io_kind::portable, io_kind::direct}) {
    add("event_loop", event_loop{}, io);
    add("parallel, workers 2", parallel{.workers = 2}, io);
    add("parallel, workers 4", parallel{.workers = 4}, io);
  }
  add("gil, threads 2", gil{.threads = 2}, io_kind::direct);
  add("gil, threads 3", gil{.threads = 3}, io_kind::portable);
  add("gil, threads 4", gil{.threads = 4}, io_kind::direct);
  add("threads, max 3", threads{.max = 3}, io_kind::direct);
  add("threads, max 200", threads{.max = 200}, io_kind::portable);
  add("sharded, shards 2", sharded{.shards = 2}, io_kind::portable);
  add("sharded, shards 3", sharded{.shards = 3}, io_kind::direct);
  return all;
}

/// What a test that holds for every model runs under, one after the other:
///
///     for (const auto& m : every_model()) {
///       CAPTURE(m.name);
///       CHECK(run_under(m, answer()) == 42);
///     }
inline std::vector<named_model> every_model() {
  auto all = serving_models();
  for (auto& seeded : seeds(5)) all.push_back(std::move(seeded));
  return all;
}

/// Runs a task on a scheduler of its own. Checks belong after it: a task may be on any thread.
template <class T>
T run_under(const named_model& m, task<T> main) {
  scheduler s(m.value, m.io);
  return s.run(std::move(main));
}

/// Runs a task in virtual time.
template <class T>
T run_seeded(task<T> main, std::uint64_t seed = 1) {
  scheduler s(deterministic{seed});
  return s.run(std::move(main));
}

}  // namespace weft::test
