#pragma once

#include <netinet/in.h>
#include <sys/types.h>

#include <cstdint>
#include <string>

namespace micro {

/// What the client does: keep every connection busy, or send at a rate whatever the server does.
struct load_plan {
  sockaddr_in to{};
  unsigned connections = 1'000;
  double seconds = 1;
  double rate = 0;   ///< messages a second, as an open loop; 0: a closed loop
  pid_t server = 0;  ///< whose CPU time is counted
  std::uint64_t seed = 1;
};

/// Each connection sends a message when the one before has come back.
/// @return one line of JSON
std::string closed_loop(const load_plan& plan);

/// Messages at random times with the planned mean rate; each counts from the time it was meant to
/// be sent, however late that was. One that is not back after a second is dropped.
/// @return one line of JSON
std::string open_loop(const load_plan& plan);

}  // namespace micro
