#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::testing {

/// What may happen next. The first option of a list is what happens if nothing surprising does: the
/// thread that runs goes on, or, where it cannot, the next one in turn.
struct option {
  enum class kind : std::uint8_t {
    run,       ///< the thread does its next operation
    time_out,  ///< its wait with a time limit ends
    drain,     ///< the oldest store in its store buffer reaches memory
    wake,      ///< it is the one that a notify or futex_wake picks
  };

  kind what;
  unsigned thread;
  bool costs;  ///< counts as a surprise: a preemption, an early time-out, a drain

  bool operator==(const option&) const = default;
};

/// Makes the choices of one execution after the other.
class chooser {
public:
  virtual ~chooser() = default;

  /// Called before each execution, the first too. @return false where no schedule is left
  virtual bool next() = 0;
  /// @param options  at least two @return an index
  virtual std::size_t choose(std::span<const option> options) = 0;
  /// The thread spins, or runs on and on: it must not be preferred for ever.
  virtual void gives_way(unsigned /*thread*/) {}
};

/// All schedules with at most `surprises` surprises, depth first.
class depth_first : public chooser {
public:
  explicit depth_first(unsigned surprises) : surprises_(surprises) {}

  bool next() override;
  std::size_t choose(std::span<const option> options) override;

private:
  struct decision {
    std::vector<option> options;
    std::size_t chosen;
    unsigned spent;  // surprises before it
  };

  bool affordable(const decision& d, std::size_t index) const noexcept;

  const unsigned surprises_;
  std::vector<decision> path_;
  std::size_t depth_ = 0;
  unsigned spent_ = 0;
  bool started_ = false;
};

/// Each execution by a seed of its own: the thread that runs goes on with a probability that is
/// drawn for the execution, else any other option is taken.
class random_walk : public chooser {
public:
  random_walk(std::uint64_t seed, std::uint64_t executions) : state_(seed), left_(executions) {}

  bool next() override;
  std::size_t choose(std::span<const option> options) override;

private:
  std::uint64_t state_;
  std::uint64_t left_;
  std::uint64_t stay_of_64_ = 0;
};

/// Probabilistic concurrency testing: the thread of the highest random priority runs; at a few
/// random points the one that runs falls behind all others.
/// @source Burckhardt, Kothari, Musuvathi, Nagarakatte 2010
class random_priorities : public chooser {
public:
  random_priorities(std::uint64_t seed, std::uint64_t executions)
      : state_(seed), left_(executions) {}

  bool next() override;
  std::size_t choose(std::span<const option> options) override;
  void gives_way(unsigned thread) override { priority(thread) = --lowest_; }

private:
  std::int64_t& priority(unsigned thread);

  std::uint64_t state_;
  std::uint64_t left_;
  std::uint64_t choices_ = 0;
  std::uint64_t longest_ = 50;
  std::vector<std::uint64_t> change_points_;
  std::vector<std::int64_t> priorities_;
  std::int64_t lowest_ = 0;
};

/// One execution, by the text that an earlier one left: "4:1,10:2" takes the first option four
/// times, then option 1, the first one ten times, then option 2, and the first one from there on.
class replay : public chooser {
public:
  /// @throws std::invalid_argument for a text that to_text() does not write
  explicit replay(std::string_view schedule);

  bool next() override { return !std::exchange(started_, true); }
  std::size_t choose(std::span<const option> options) override;

private:
  std::vector<std::size_t> choices_;
  std::size_t at_ = 0;
  bool started_ = false;
};

/// The text that replay reads.
std::string to_text(std::span<const std::uint8_t> choices);

/// A choice that the recorded schedule does not fit: the check does not do the same each time.
[[noreturn]] void report_changed_program(std::span<const option> options);

}  // namespace weft::testing
