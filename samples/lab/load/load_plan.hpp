#pragma once

#include "arrival_schedule.hpp"

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lab {

/// One kind of request in the mix, with a histogram of its own.
struct request_kind {
  std::string name = "request";
  std::string method = "GET";
  std::string path = "/";
  std::string body;
  double weight = 1;  ///< its share of the rate (open loop) or of the draws (closed loop)
  int expected_status = 200;
};

enum class loop_kind {
  closed,  ///< each connection asks again when it was answered: finds the throughput
  open,    ///< requests are due at set moments, answered or not: finds the latency
};

/// What one run of the generator does.
struct load_plan {
  std::string target = "127.0.0.1:8080";
  std::vector<request_kind> kinds;
  int connections = 64;
  int idle_connections = 0;  ///< opened beside the others, asked once before and once after
  int pipeline = 1;          ///< closed loop: requests in flight on each connection
  bool keep_alive = true;
  double rate = 0;  ///< requests a second of all kinds together; 0 = closed loop
  arrival_pattern arrivals = arrival_pattern::poisson;
  std::uint64_t seed = 1;
  double warm_up_seconds = 1;
  double seconds = 5;
  std::uint64_t count = 0;  ///< closed loop: measure this many requests instead of `seconds`
  bool compare_bodies = true;
  bool allow_remote = false;
  pid_t watched_pid = 0;  ///< the server, whose CPU time and memory are read in the same window

  loop_kind loop() const { return rate > 0 ? loop_kind::open : loop_kind::closed; }
};

/// A run is over after this long, whatever was asked for.
inline constexpr double max_run_seconds = 60;
/// How much of it is kept for the answers that are still owed at the end.
inline constexpr double max_drain_seconds = 5;

/// Says in one line what is wrong with a plan; empty where nothing is.
std::string find_fault(const load_plan& plan);

}  // namespace lab
