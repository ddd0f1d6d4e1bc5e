#include <weft/runtime/model.hpp>

#include "homes.hpp"
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

unsigned or_cores(unsigned wanted) noexcept { return wanted != 0 ? wanted : usable_cores(); }

}  // namespace

std::string_view name_of(const model& m) noexcept {
  constexpr std::string_view names[] = {"event_loop", "gil",      "threads",
                                        "sharded",    "parallel", "deterministic"};
  return names[m.index()];
}

unsigned worker_count(const model& m) noexcept {
  unsigned count = 1;
  unsigned most = detail::most_workers;
  if (const auto* locked = std::get_if<gil>(&m)) count = locked->threads;
  if (const auto* free = std::get_if<parallel>(&m)) count = or_cores(free->workers);
  if (const auto* loops = std::get_if<sharded>(&m)) count = or_cores(loops->shards);
  if (const auto* each = std::get_if<threads>(&m)) count = each->max;
  if (std::holds_alternative<sharded>(m) || std::holds_alternative<threads>(m)) {
    most = detail::most_homes;
  }
  return std::clamp(count, 1U, most);
}

result<model> parse_model(std::string_view name) {
  if (name == "event_loop") return model(event_loop{});
  if (name == "gil") return model(gil{});
  if (name == "threads") return model(threads{});
  if (name == "sharded") return model(sharded{});
  if (name == "parallel") return model(parallel{});
  return make_error_code(condition::bad_input);
}

std::string_view model_names() noexcept { return "event_loop, gil, threads, sharded, parallel"; }

}  // namespace weft
