#pragma once

#include "admission.hpp"
#include "host_list.hpp"
#include "server_pulse.hpp"

#include <weft/http/handler.hpp>
#include <weft/http/limits.hpp>

namespace weft {
class http_server;
}

namespace weft::http {

/// What the connections of a server have in common. All of it outlives them.
struct serving {
  http_handler& handler;
  const http_limits& limits;
  const host_list& hosts;
  admission& gate;
  const server_pulse& pulse;
  const http_server& server;
};

}  // namespace weft::http
