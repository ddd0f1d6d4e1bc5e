#pragma once

#include <chrono>
#include <string>

namespace lab {

/// Says on the standard error what is going on: one line that is overwritten on a terminal, plain
/// lines elsewhere.
class progress {
public:
  progress();
  /// Ends the overwritten line.
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  void step(const std::string& what);
  void end_line();
  double seconds() const;

private:
  std::chrono::steady_clock::time_point begin_;
  bool is_terminal_;
  bool line_open_ = false;
};

}  // namespace lab
