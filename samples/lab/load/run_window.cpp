#include "run_window.hpp"

#include <unistd.h>

#include <algorithm>

namespace lab {

run_window::reading run_window::read() const {
  reading taken;
  taken.at = std::chrono::steady_clock::now();
  taken.generator_cpu = process_cpu_seconds(::getpid()).value_or(0);
  taken.machine = read_machine_times();
  if (watched_pid_ > 0) {
    taken.server_cpu = process_cpu_seconds(watched_pid_);
    taken.server_user = process_user_seconds(watched_pid_);
    taken.server_memory = read_resident_memory(watched_pid_);
  }
  return taken;
}

double run_window::seconds() const {
  return std::chrono::duration<double>(end_.at - begin_.at).count();
}

double run_window::generator_cores() const {
  return (end_.generator_cpu - begin_.generator_cpu) / seconds();
}

double run_window::server_cpu() const {
  return end_.server_cpu.value_or(0) - begin_.server_cpu.value_or(0);
}

std::optional<server_usage> run_window::server(std::uint64_t replies) const {
  if (!begin_.server_cpu || !end_.server_cpu) return std::nullopt;
  server_usage usage;
  usage.cpu_seconds = server_cpu();
  usage.cores = usage.cpu_seconds / seconds();
  if (replies > 0) {
    const double us_per_second = 1e6 / static_cast<double>(replies);
    usage.cpu_us_per_request = usage.cpu_seconds * us_per_second;
    usage.user_us_per_request = (end_.server_user - begin_.server_user) * us_per_second;
  }
  usage.resident_bytes = end_.server_memory.now_bytes;
  usage.peak_resident_bytes = end_.server_memory.peak_bytes;
  return usage;
}

machine_usage run_window::machine() const {
  const double own = end_.generator_cpu - begin_.generator_cpu + server_cpu();
  const double all = end_.machine.busy - begin_.machine.busy;
  machine_usage usage;
  usage.other_cores = std::max(0.0, all - own) / seconds();
  usage.stolen_cores = (end_.machine.stolen - begin_.machine.stolen) / seconds();
  return usage;
}

}  // namespace lab
