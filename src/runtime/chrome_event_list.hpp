#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace weft::detail {

/// The processes that a viewer shows one below the other.
enum class chrome_process { threads = 1, gil, mutexes, requests };

struct chrome_moment {
  std::size_t track = ~std::size_t{0};
  std::chrono::nanoseconds time{};
};

/// Writes events in Chrome's format one after the other, and counts those above the limit. From the
/// first that is above it, none is written.
class chrome_event_list {
public:
  using moment = chrome_moment;
  using process = chrome_process;

  chrome_event_list(std::ostream& out, std::size_t most) : out_(out), most_(most) {}

  /// @param what  "process_name" or "thread_name"
  void name(const char* what, process p, std::size_t track, std::string_view name);
  /// @param arguments  the members of a JSON object
  void span(process p, moment begin, std::chrono::nanoseconds end, std::string_view name,
            const std::string& arguments);
  void instant(process p, moment when, std::string_view name, const std::string& arguments);
  void arrow(moment from, moment to, std::string_view name);
  /// What goes on across tracks; all of it is written or nothing.
  struct step {
    moment when;
    const char* phase;  // "b" begins, "n" is between, "e" ends
    std::string arguments;
  };
  void whole(process p, std::uint32_t id, std::string_view name, const std::vector<step>& all);

  std::size_t left_off() const noexcept { return left_off_; }

private:
  bool admit(std::size_t count = 1);
  void begin();
  void head(const char* phase, process p, moment at, std::string_view name);

  std::ostream& out_;
  const std::size_t most_;
  std::size_t written_ = 0;
  std::size_t left_off_ = 0;
  std::size_t arrows_ = 0;
  bool is_first_ = true;
};

/// As a JSON string.
std::string json_string(std::string_view text);

}  // namespace weft::detail
