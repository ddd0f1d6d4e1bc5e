#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// What a fuzzing target is made of. libFuzzer drives it in the preset `fuzz` (libfuzzer_main.cpp);
// everywhere else a small main replays the corpus (replay_main.cpp).

namespace weft::fuzz {

/// An oracle says no. What else a target throws is a fault too.
class violation : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

/// A target defines this: one run, which throws where something does not hold.
void try_input(std::string_view bytes);

/// And this: the names of the faults that it can plant into its own reading of the results, at
/// least one for each oracle. The tests expect each of them to be found.
extern const std::vector<std::string_view> plants;

/// Whether that fault is planted in this run.
bool is_planted(std::string_view plant) noexcept;
/// @param plant  one of `plants`, or empty for none; outlives its use
void set_planted(std::string_view plant) noexcept;

inline void expect(bool holds, std::string_view what) {
  if (!holds) throw violation(std::string(what));
}

/// With control bytes and what is not ASCII escaped.
std::string printable(std::string_view text);

[[noreturn]] void report_difference(std::string_view what, std::string_view ours,
                                    std::string_view theirs);

inline void expect_same(std::string_view ours, std::string_view theirs, std::string_view what) {
  if (ours != theirs) report_difference(what, ours, theirs);
}

}  // namespace weft::fuzz
