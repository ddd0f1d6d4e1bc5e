#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace weft {

/// Where the lines of a log go. One of your own hands them to a logging library.
class log_sink {
public:
  virtual ~log_sink() = default;

  /// Takes a line, with its end. Must not wait: who calls has requests to answer.
  /// Concurrent  several threads at once
  virtual void write(std::string_view line) noexcept = 0;
};

/// Appends to a file, which is made where it is not there.
///
/// A thread of its own does the writing, a few times a second, so that neither a slow disk nor a
/// reader that takes nothing holds anybody up. What there is no room for is left out, and the log
/// says how many lines: `{"dropped_lines":7}`. What still waits when the sink is destroyed is
/// written, for a second at most.
/// Cost  of write(): a lock that is held for a copy
/// @param most_waiting  bytes
/// @throws std::system_error  the file cannot be opened
/// @example tests/unit/web/log_sink_test.cpp:file
std::shared_ptr<log_sink> log_to_file(const std::string& path,
                                      std::size_t most_waiting = 1024 * 1024);

/// As log_to_file(), to standard output. All who ask get the same one.
std::shared_ptr<log_sink> log_to_standard_output();

}  // namespace weft
