#include <weft/runtime/model.hpp>

#include "worker.hpp"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace weft {
namespace {

unsigned usable_cores() noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    return std::max(1U, static_cast<unsigned>(CPU_COUNT(&set)));
  }
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

std::string_view name_of(const model& m) noexcept {
  constexpr std::string_view names[] = {"event_loop", "gil", "parallel", "deterministic"};
  return names[m.index()];
}

unsigned worker_count(const model& m) noexcept {
  unsigned count = 1;
  if (const auto* locked = std::get_if<gil>(&m)) count = locked->threads;
  if (const auto* free = std::get_if<parallel>(&m)) {
    count = free->workers != 0 ? free->workers : usable_cores();
  }
  return std::clamp(count, 1U, detail::most_workers);
}

result<model> parse_model(std::string_view name) {
  if (name == "event_loop") return model(event_loop{});
  if (name == "gil") return model(gil{});
  if (name == "parallel") return model(parallel{});
  return make_error_code(condition::bad_input);
}

std::string_view model_names() noexcept { return "event_loop, gil, parallel"; }

}  // namespace weft
