#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace lab {

/// CPU time of all threads of a process, ended ones too, in seconds with nanosecond steps.
/// @return nullopt when there is no such process
std::optional<double> process_cpu_seconds(pid_t pid);
/// How much of it was spent outside of the kernel, in steps of 10 ms: the kernel finds that out by
/// looking at each tick of its clock, so it takes seconds to be worth something.
double process_user_seconds(pid_t pid);

struct resident_memory {
  std::uint64_t now_bytes = 0;
  std::uint64_t peak_bytes = 0;
};
/// @return zeros when there is no such process
resident_memory read_resident_memory(pid_t pid);

/// CPU time since boot, summed over the cores, in seconds and steps of 10 ms.
struct machine_times {
  double busy = 0;    ///< in processes and their system calls
  double stolen = 0;  ///< wanted, but the hypervisor ran something else
};
machine_times read_machine_times();

/// How many cores this process may use.
int usable_cores();
/// @param position  0 is the first core that this process may use
/// @return the number of that core for sched_setaffinity, or -1
int usable_core(int position);
/// Keeps the calling thread on one core. @return whether the kernel agreed
bool pin_to_core(int core);
/// Asks the kernel to run this thread as soon as it wakes, also on busy cores, as if it were
/// another machine: in real time where the user may, else with a short slice (Linux 6.12 and
/// later). For a thread that sleeps most of its time.
void ask_for_prompt_wakeups();

}  // namespace lab
