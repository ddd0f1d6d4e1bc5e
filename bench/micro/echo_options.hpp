#pragma once

#include <cstddef>
#include <cstdint>

namespace micro {

/// The command line of the echo servers: `--workers=N --burners=N`.
struct echo_options {
  unsigned workers = 1;
  unsigned burners = 0;  ///< tasks that compute in slices of 50 ms, beside the connections
};

/// Ends the program where the command line is wrong.
echo_options parse_echo_options(int argc, char** argv);

/// Tells the one who started the server where it is.
void announce(std::uint16_t port);

inline constexpr std::uint16_t any_port = 0;
inline constexpr std::size_t echo_buffer_bytes = 512;

}  // namespace micro
