#include "load_plan.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace lab {
namespace {

constexpr int max_connections = 20'000;
constexpr double max_rate = 200'000;
constexpr int max_pipeline = 256;

std::string find_fault(const request_kind& kind) {
  // HEAD is missing: its answer has a Content-Length without a body.
  constexpr std::array<std::string_view, 5> methods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  if (std::find(methods.begin(), methods.end(), kind.method) == methods.end()) {
    return "--request '" + kind.name + "': the method must be GET, POST, PUT, PATCH or DELETE";
  }
  if (!kind.path.starts_with('/') || kind.path.find_first_of(" \r\n") != std::string::npos) {
    return "--request '" + kind.name + "': the path must start with / and hold no blank";
  }
  if (!(kind.weight > 0)) return "--request '" + kind.name + "': the weight must be above 0";
  return {};
}

}  // namespace

std::string find_fault(const load_plan& plan) {
  if (plan.kinds.empty()) return "--request: there is none to send";
  for (const request_kind& kind : plan.kinds) {
    if (std::string fault = find_fault(kind); !fault.empty()) return fault;
  }
  if (plan.connections < 1 || plan.connections > max_connections || plan.idle_connections < 0 ||
      plan.idle_connections > max_connections) {
    return "--connections, --idle: at most 20000, and at least 1 that is not idle";
  }
  if (plan.rate < 0 || plan.rate > max_rate) return "--rate: 0 to 200000 a second";
  if (plan.pipeline < 1 || plan.pipeline > max_pipeline) return "--pipeline: 1 to 256 deep";
  if (plan.pipeline > 1 && (plan.loop() == loop_kind::open || !plan.keep_alive)) {
    return "--pipeline: needs the closed loop and keep-alive";
  }
  if (plan.count > 0 && plan.loop() == loop_kind::open) return "--count: needs the closed loop";
  if (!(plan.seconds > 0) || plan.warm_up_seconds < 0 ||
      plan.warm_up_seconds + plan.seconds > max_run_seconds - max_drain_seconds) {
    return "--warm-up, --duration: together above 0 and at most 55 s";
  }
  return {};
}

}  // namespace lab
