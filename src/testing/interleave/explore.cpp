#include "explore.hpp"

#include "chooser.hpp"
#include "execution.hpp"
#include "plan.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace weft::testing {
namespace {

// A first run, which is not checked for leaks: what the program sets up once is set up then.
class default_schedule : public chooser {
public:
  bool next() override { return true; }
  std::size_t choose(std::span<const option>) override { return 0; }
};

execution& stage() {
  // Never destroyed: its threads wait on it until the process ends.
  static auto* instance = new execution;
  return *instance;
}

void report_signal(int number) {
  std::signal(number, SIG_DFL);
  fail("crash: signal " + std::to_string(number));
}

void catch_crashes() {
  for (const int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) {
    std::signal(number, &report_signal);
  }
}

// Longer runs, for the night: WEFT_INTERLEAVE_SCALE=100.
std::uint64_t scaled(std::uint64_t count) {
  const char* scale = std::getenv("WEFT_INTERLEAVE_SCALE");
  return scale != nullptr ? count * std::strtoull(scale, nullptr, 10) : count;
}

std::uint64_t seed_of(const exploration& how) {
  const char* seed = std::getenv("WEFT_INTERLEAVE_SEED");
  return seed != nullptr ? std::strtoull(seed, nullptr, 10) : how.seed;
}

/// One call of explore().
class explorer {
public:
  explorer(const exploration& how, const std::function<void()>& check) : how_(how), check_(check) {
    limits_.most_steps = how.most_steps;
    limits_.store_buffers = how.store_buffers;
    limits_.early_time_outs = how.early_time_outs;
    limits_.counts_every_choice = how.counts_every_choice;
  }

  void warm_up() {
    default_schedule usual;
    stage().run(check_, usual, limits_, false);
  }

  /// @return whether all schedules of the chooser were run
  bool run(chooser& choices, const std::string& phase, std::uint64_t cap) {
    plan& now = current_plan();
    now.phase = phase;
    for (now.schedules = 0; choices.next(); ++now.schedules) {
      if (now.schedules == cap) return false;
      stage().run(check_, choices, limits_, true);
      ++total_;
    }
    return true;
  }

  int depth_first_search() {
    int complete_up_to = -1;
    for (unsigned surprises = 0; surprises <= how_.surprises; ++surprises) {
      depth_first search(surprises);
      const auto before = total_;
      const bool all =
          run(search, "at most " + std::to_string(surprises) + " surprises", scaled(how_.cap));
      say(" <=%u surprises: %llu schedules, %s;", surprises,
          static_cast<unsigned long long>(total_ - before), all ? "all" : "stopped at the cap");
      if (!all) break;
      complete_up_to = static_cast<int>(surprises);
    }
    return complete_up_to;
  }

  template <class Chooser>
  void by_seed(const char* what, std::uint64_t count) {
    if (count == 0) return;
    count = scaled(count);
    Chooser choices(seed_of(how_), count);
    run(choices, std::string(what) + ", seed " + std::to_string(seed_of(how_)), count);
    say(" %s: %llu;", what, static_cast<unsigned long long>(count));
  }

  template <class... Arguments>
  static void say(const char* format, Arguments... arguments) {
    std::printf(format, arguments...);
    std::fflush(stdout);
  }

  std::uint64_t total() const noexcept { return total_; }

private:
  const exploration& how_;
  const std::function<void()>& check_;
  execution_limits limits_;
  std::uint64_t total_ = 0;
};

// @return whether this process only replays
bool replays(explorer& all, unsigned ordinal) {
  const char* text = std::getenv("WEFT_INTERLEAVE_REPLAY");
  if (text == nullptr) return false;
  const std::string_view wanted = text;
  const auto separator = wanted.find(';');
  if (wanted.substr(0, separator) != std::to_string(ordinal)) return true;
  replay choices(wanted.substr(separator + 1));
  all.run(choices, "a replay", 1);
  std::puts(" the replayed schedule passes");
  return true;
}

}  // namespace

plan& current_plan() noexcept {
  static plan now;
  return now;
}

std::string plan::describe() const {
  return "'" + std::string(check) + "', schedule " + std::to_string(schedules + 1) + " of " + phase;
}

std::string plan::to_replay(const std::string& schedule) const {
  return std::to_string(ordinal) + ';' + schedule;
}

explored explore(const char* name, const exploration& how, const std::function<void()>& check) {
  catch_crashes();
  plan& now = current_plan();
  now.check = name;
  ++now.ordinal;
  now.phase = "the first run";
  explorer all(how, check);
  explorer::say("interleave: %s:", name);
  all.warm_up();
  explored done;
  if (replays(all, now.ordinal)) return done;
  done.complete_up_to = all.depth_first_search();
  all.by_seed<random_walk>("random", how.random);
  all.by_seed<random_priorities>("priorities", how.priorities);
  done.schedules = all.total();
  explorer::say(" %llu schedules pass\n", static_cast<unsigned long long>(done.schedules));
  return done;
}

void must(bool holds, const char* what, std::source_location where) {
  if (holds) return;
  const std::string_view path = where.file_name();
  fail(std::string(what) + " (" + std::string(path.substr(path.rfind('/') + 1)) + ':' +
       std::to_string(where.line()) + ')');
}

void call_it(const void* object, std::size_t size, const char* name) {
  if (execution* e = execution::current()) e->name(object, size, name);
}

}  // namespace weft::testing
