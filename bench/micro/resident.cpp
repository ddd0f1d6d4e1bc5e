#include "resident.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace micro {
namespace {

// getrusage() would do for the peak, but a program inherits it from the one that started it.
std::uint64_t status_bytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name;) {
    std::uint64_t kibibytes = 0;
    if (name == field && status >> kibibytes) return kibibytes * 1024;
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

}  // namespace

std::uint64_t resident_bytes() { return status_bytes("VmRSS:"); }
std::uint64_t peak_resident_bytes() { return status_bytes("VmHWM:"); }

double resident_bytes_per_task(std::uint64_t before, std::uint64_t tasks) {
  const std::uint64_t now = std::max(resident_bytes(), before);
  return static_cast<double>(now - before) / static_cast<double>(tasks);
}

}  // namespace micro
