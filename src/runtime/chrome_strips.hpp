#pragma once

#include "chrome_event_list.hpp"

#include <weft/runtime/trace.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

// What a viewer shows beside the threads, each in a process of its own. `add` takes the records of
// its kinds in the order of time, `close` ends what is still open.

namespace weft::detail {

/// When each thread wanted and held the GIL.
class gil_strips {
public:
  explicit gil_strips(chrome_event_list& events) : events_(events) {}
  void add(std::size_t track, const trace_event& e);
  void close(std::chrono::nanoseconds end);

private:
  struct span {
    chrome_moment begin;
    const char* name;
    std::uint32_t id;
  };
  void end(std::size_t track, std::chrono::nanoseconds time);

  chrome_event_list& events_;
  std::map<std::size_t, span> open_;  // by track
};

/// Which task held each mutex, a track a mutex.
class mutex_strips {
public:
  explicit mutex_strips(chrome_event_list& events) : events_(events) {}
  void add(const trace_event& e);
  void close(std::chrono::nanoseconds end);

private:
  struct strip {
    std::size_t track = 0;
    std::optional<trace_event> held;  // since
  };
  void end(strip& s, std::chrono::nanoseconds time);

  chrome_event_list& events_;
  std::map<std::uint32_t, strip> strips_;
};

/// Each request from its arrival to its answer.
class request_strips {
public:
  explicit request_strips(chrome_event_list& events) : events_(events) {}
  void add(std::size_t track, const trace_event& e);
  void close(std::chrono::nanoseconds end);

private:
  using steps = std::vector<chrome_event_list::step>;
  void write(std::uint32_t id, const steps& all);

  chrome_event_list& events_;
  std::map<std::uint32_t, steps> open_;
  bool is_named_ = false;
};

}  // namespace weft::detail
