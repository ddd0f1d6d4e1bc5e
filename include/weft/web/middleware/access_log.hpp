#pragma once

#include <weft/web/log_sink.hpp>
#include <weft/web/middleware.hpp>

#include <memory>

namespace weft {

enum class log_format {
  json,  ///< an object a line
  text,  ///< for people: time, client, method, path, status, bytes, milliseconds, id
};

struct access_log_options {
  log_format format = log_format::json;
  std::shared_ptr<log_sink> sink = nullptr;  ///< null: log_to_standard_output()
  /// Of the answers below 400, one of so many has a line. Errors have one always.
  unsigned one_in = 1;
  /// Writes targets with their queries, which may hold what a log must not know.
  bool with_queries = false;
};

/// A line in a log for each request that was answered: when, who, what, how it went and how long it
/// took. It is the outermost middleware, to see what the others do. With request_ids(),
/// trace_contexts() and a route the line has these, too.
///
/// The time is the one until the answer was made: a stream begins after that, and what it sends is
/// not counted. Control bytes and what is beyond ASCII are escaped, and long texts cut.
/// Cost  a line of text, a system call for the client's address, the sink; nothing where no line is
///       written but two looks at the clock
/// @throws std::invalid_argument  one_in is 0
/// @example tests/unit/web/middleware/access_log_test.cpp:access_log
middleware access_log(access_log_options options = {});

}  // namespace weft
