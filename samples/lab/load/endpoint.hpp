#pragma once

#include <netinet/in.h>

#include <string_view>

namespace lab {

/// Reads "HOST:PORT", HOST being an IPv4 address or localhost.
/// @param allow_remote  false refuses what is not this machine: a load generator is a weapon
/// @throws std::runtime_error in one line for people
sockaddr_in resolve_endpoint(std::string_view text, bool allow_remote);

}  // namespace lab
