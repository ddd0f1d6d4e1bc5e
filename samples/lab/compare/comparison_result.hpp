#pragma once

#include "../load/load_result.hpp"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <string>
#include <vector>

// What `lab compare` found: computed once, then shown as a table, JSON and HTML. As JSON it is the
// schema "weft-lab/1", documented in docs/lab.md; a change that breaks its readers takes a new
// number.
namespace lab {

struct machine_facts {
  std::string processor;
  int cores = 0;  ///< that this process may use
  std::uint64_t memory_bytes = 0;
  std::string kernel;
  std::string compiler;
  std::string build;  ///< "optimised" or "debug": figures of the latter say little
};
BOOST_DESCRIBE_STRUCT(machine_facts, (), (processor, cores, memory_bytes, kernel, compiler, build))

struct comparison_setup {
  bool quick = false;
  std::uint64_t seed = 1;
  std::vector<std::string> models;
  std::int64_t report_rows = 0;  ///< calibrated to 50 ms of CPU time
  double report_cpu_ms = 0;      ///< what that many rows took when measured again
};
BOOST_DESCRIBE_STRUCT(comparison_setup, (), (quick, seed, models, report_rows, report_cpu_ms))

/// One run of the generator against one server.
struct lab_run {
  std::string scenario;
  std::string title;
  std::string model;  ///< or "limit", the bare epoll responder
  int threads = 1;
  int round = 0;
  load_result result;
};
BOOST_DESCRIBE_STRUCT(lab_run, (), (scenario, title, model, threads, round, result))

/// A line of the table: all rounds of one scenario and kind of request under one model.
struct measurement {
  std::string scenario;
  std::string kind;
  std::string title;
  std::string model;
  int threads = 1;
  double per_second = 0;
  double ratio = 0;  ///< of per_second to event_loop's; 0 where that was not measured
  double p50_ms = 0;
  double p99_ms = 0;
  double p999_ms = 0;
  std::uint64_t samples = 0;
  double cpu_us = 0;  ///< of the server, a request of this run
  double cores = 0;
  double resident_mib = 0;
  histogram latency;
  std::string limited;  ///< why the generator was the limit; empty where it was not
};
BOOST_DESCRIBE_STRUCT(measurement, (),
                      (scenario, kind, title, model, threads, per_second, ratio, p50_ms, p99_ms,
                       p999_ms, samples, cpu_us, cores, resident_mib, limited))

struct verdict {
  std::string id;
  std::string expectation;
  std::string outcome;  ///< matches, differs or inconclusive
  std::string measured;
  std::string bound;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(verdict, (), (id, expectation, outcome, measured, bound, reason))

struct comparison_result {
  std::string schema = "weft-lab/1";
  std::string created;
  machine_facts machine;
  comparison_setup setup;
  std::vector<lab_run> runs;
  std::vector<std::string> answer_faults;  ///< answers that are not what they should be
  std::vector<measurement> measurements;
  std::vector<verdict> verdicts;
  double seconds = 0;
};
BOOST_DESCRIBE_STRUCT(comparison_result, (),
                      (schema, created, machine, setup, runs, answer_faults, measurements, verdicts,
                       seconds))

}  // namespace lab
