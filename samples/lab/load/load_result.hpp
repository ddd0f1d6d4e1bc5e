#pragma once

#include "histogram.hpp"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lab {

/// What went wrong, each counted over the whole run, warm-up included.
struct error_counts {
  std::uint64_t connect = 0;     ///< the connection was not accepted
  std::uint64_t closed = 0;      ///< a request that the peer dropped with its connection
  std::uint64_t status = 0;      ///< another status than expected
  std::uint64_t framing = 0;     ///< bytes that are no HTTP answer, or without a length
  std::uint64_t body = 0;        ///< a body that differs from the first one of its kind
  std::uint64_t unanswered = 0;  ///< still owed when the run had to end

  std::uint64_t sum() const { return connect + closed + status + framing + body + unanswered; }
};
BOOST_DESCRIBE_STRUCT(error_counts, (), (connect, closed, status, framing, body, unanswered))

struct kind_result {
  std::string name;
  std::string request;
  std::uint64_t replies = 0;  ///< answers that came within the window
  double per_second = 0;
  std::uint64_t body_bytes = 0;  ///< of one answer
  histogram latency;             ///< of the requests that were due within the window
};
BOOST_DESCRIBE_STRUCT(kind_result, (), (name, request, replies, per_second, body_bytes, latency))

/// The generator on itself: a late generator measures its own lateness.
struct generator_health {
  double late_p50_ms = 0;  ///< open loop: how long after its moment a request was sent
  double late_p99_ms = 0;
  double cores = 0;  ///< CPU time of the generator / wall time
  std::uint64_t waited_for_connection = 0;
  bool limited = false;
  std::string limit_reason;
};
BOOST_DESCRIBE_STRUCT(generator_health, (),
                      (late_p50_ms, late_p99_ms, cores, waited_for_connection, limited,
                       limit_reason))

struct server_usage {
  double cpu_seconds = 0;
  double cores = 0;
  double cpu_us_per_request = 0;
  double user_us_per_request = 0;  ///< of that, outside of the kernel
  std::uint64_t resident_bytes = 0;
  std::uint64_t peak_resident_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(server_usage, (),
                      (cpu_seconds, cores, cpu_us_per_request, user_us_per_request, resident_bytes,
                       peak_resident_bytes))

/// What else the machine did meanwhile.
struct machine_usage {
  double other_cores = 0;   ///< used by processes that are neither generator nor server
  double stolen_cores = 0;  ///< taken away by the hypervisor
};
BOOST_DESCRIBE_STRUCT(machine_usage, (), (other_cores, stolen_cores))

struct load_result {
  std::string loop;
  int connections = 0;
  int pipeline = 1;
  bool keep_alive = true;
  double rate = 0;
  std::uint64_t seed = 0;
  double measured_seconds = 0;
  std::uint64_t replies = 0;
  double per_second = 0;
  error_counts errors;
  std::uint64_t idle_asked = 0;
  std::uint64_t idle_answered = 0;
  std::vector<kind_result> kinds;
  generator_health generator;
  std::optional<server_usage> server;
  machine_usage machine;
};
BOOST_DESCRIBE_STRUCT(load_result, (),
                      (loop, connections, pipeline, keep_alive, rate, seed, measured_seconds,
                       replies, per_second, errors, idle_asked, idle_answered, kinds, generator,
                       server, machine))

}  // namespace lab
