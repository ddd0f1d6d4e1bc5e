#pragma once

#include <chrono>

namespace weft::test {

/// While this lives the wall clock of this program shows another time: the real one and `by`. The
/// steady clock goes on as ever. One at a time.
class wall_clock_jump {
public:
  explicit wall_clock_jump(std::chrono::seconds by) noexcept;
  ~wall_clock_jump();
  wall_clock_jump(const wall_clock_jump&) = delete;
  wall_clock_jump& operator=(const wall_clock_jump&) = delete;
};

}  // namespace weft::test
