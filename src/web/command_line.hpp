#pragma once

#include <weft/web/app.hpp>

#include <string>
#include <variant>

namespace weft::detail {

inline constexpr int exit_failure = 1;
inline constexpr int exit_usage = 2;

/// What the arguments ask for: to serve, or to end with an exit code. In the second case whatever
/// there was to say has been printed.
std::variant<run_options, int> parse_command_line(int argc, const char* const* argv,
                                                  const run_options& defaults);

/// One line on standard error: "weft: <text>". A text that begins so already stays as it is.
void report_error(const std::string& text);

}  // namespace weft::detail
