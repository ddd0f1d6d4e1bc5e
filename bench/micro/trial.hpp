#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>

// What weft_micro and asio_micro share: the command line, how a case is timed and checked, and the
// parts of the work that no library takes part in. The Go twin has its own copy (go/trial.go).
namespace micro {

/// How many threads run tasks, and how many tasks there are in the cases that only wait.
struct settings {
  unsigned workers = 2;
  std::uint64_t tasks = 1'000'000;
};

/// One run of a case.
struct trial {
  std::uint64_t ops;                         ///< how often to do the operation
  std::uint64_t tasks;                       ///< settings::tasks
  std::map<std::string, double> counters{};  ///< what the case measures beside time
};

enum class repeat { until_steady, once };

struct case_form {
  const char* name;
  /// What a run returns when it has done all its work, and did it once.
  std::uint64_t (*expected)(const trial& t);
  repeat how = repeat::until_steady;
};

/// Does trial::ops operations between the two calls of state.KeepRunningBatch(), on any thread.
/// @return the value to compare with case_form::expected
using run_function = std::function<std::uint64_t(benchmark::State& state, trial& t)>;

/// Wall time, and CPU time of the whole process, for each operation.
void add_case(const case_form& form, run_function run, const settings& s);

/// Each program defines it.
void register_cases(const settings& s);

/// The part of `total` that falls to one of `parts`; they differ by one at most.
constexpr std::uint64_t share(std::uint64_t total, std::uint64_t part, std::uint64_t parts) {
  return total * (part + 1) / parts - total * part / parts;
}

/// 0 + 1 + ... + (n - 1)
constexpr std::uint64_t triangle(std::uint64_t n) {
  return n % 2 == 0 ? n / 2 * (n - 1) : (n - 1) / 2 * n;
}

inline std::uint64_t every_op(const trial& t) { return t.ops; }
inline std::uint64_t sum_of_ops(const trial& t) { return triangle(t.ops); }

/// A round trip is two hand-offs of a value.
constexpr std::uint64_t round_trips(std::uint64_t hand_offs) { return (hand_offs + 1) / 2; }
inline std::uint64_t sum_of_round_trips(const trial& t) { return triangle(round_trips(t.ops)); }

}  // namespace micro
