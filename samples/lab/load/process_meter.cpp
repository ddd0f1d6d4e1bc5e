#include "process_meter.hpp"

#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <string>

namespace lab {

std::optional<double> process_cpu_seconds(pid_t pid) {
  clockid_t clock;
  timespec spent;
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &spent) != 0) {
    return std::nullopt;
  }
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

double process_user_seconds(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  stat.ignore(std::numeric_limits<std::streamsize>::max(), ')');  // the name may hold blanks
  std::string skipped;
  for (int field = 3; field < 14; ++field) stat >> skipped;
  double ticks = 0;
  stat >> ticks;
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

resident_memory read_resident_memory(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  resident_memory memory;
  std::uint64_t kibibytes = 0;
  for (std::string key; status >> key;) {
    if (key == "VmHWM:" && status >> kibibytes) memory.peak_bytes = kibibytes * 1024;
    if (key == "VmRSS:" && status >> kibibytes) memory.now_bytes = kibibytes * 1024;
    std::getline(status, key);
  }
  return memory;
}

machine_times read_machine_times() {
  std::ifstream stat("/proc/stat");
  std::string label;
  double user = 0, nice = 0, system = 0, idle = 0, io_wait = 0, irq = 0, soft_irq = 0, steal = 0;
  stat >> label >> user >> nice >> system >> idle >> io_wait >> irq >> soft_irq >> steal;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  return {(user + nice + system) / ticks, steal / ticks};
}

int usable_cores() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
  return CPU_COUNT(&allowed);
}

int usable_core(int position) {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return -1;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed) && position-- == 0) return core;
  }
  return -1;
}

void ask_for_prompt_wakeups() {
  sched_param lowest_real_time{};
  lowest_real_time.sched_priority = 1;
  if (::sched_setscheduler(0, SCHED_RR, &lowest_real_time) == 0) return;
  // The kernel's struct sched_attr in its first version; the C library has none before 2.41.
  struct {
    std::uint32_t size = 48;
    std::uint32_t policy = SCHED_OTHER;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 100'000;  // the slice in ns: the shorter, the sooner it is due
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
  } attributes;
  ::syscall(SYS_sched_setattr, 0, &attributes, 0U);
}

bool pin_to_core(int core) {
  if (core < 0 || core >= CPU_SETSIZE) return false;
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  CPU_SET(core, &wanted);
  return ::sched_setaffinity(0, sizeof wanted, &wanted) == 0;
}

}  // namespace lab
