#pragma once

#include "load_result.hpp"
#include "process_meter.hpp"

#include <chrono>
#include <optional>

namespace lab {

/// Reads the CPU clocks of server, generator and machine at both ends of the measured window.
class run_window {
public:
  explicit run_window(pid_t watched_pid) : watched_pid_(watched_pid) {}

  void begin() { begin_ = read(); }
  void end() { end_ = read(); }

  double seconds() const;
  double generator_cores() const;
  /// @param replies  answers within the window
  std::optional<server_usage> server(std::uint64_t replies) const;
  machine_usage machine() const;

private:
  struct reading {
    std::chrono::steady_clock::time_point at;
    double generator_cpu = 0;
    std::optional<double> server_cpu;
    double server_user = 0;
    resident_memory server_memory;
    machine_times machine;
  };
  reading read() const;
  double server_cpu() const;

  pid_t watched_pid_;
  reading begin_;
  reading end_;
};

}  // namespace lab
