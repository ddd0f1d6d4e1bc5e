#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/task.hpp>

#include <memory>

namespace weft {

/// SIGINT and SIGTERM as something to wait for, instead of the end of the process.
///
/// They are caught from the constructor on, so none is missed between two waits.
class stop_signals {
public:
  /// @throws std::logic_error outside of tasks; std::system_error where the system refuses
  stop_signals();
  ~stop_signals();
  stop_signals(const stop_signals&) = delete;
  stop_signals& operator=(const stop_signals&) = delete;

  /// Waits until the process is asked to stop.
  /// Cancel  nothing is lost
  /// @return the signal's number  @errors condition::canceled
  task<result<int>> next();

private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace weft
