#pragma once

#include <string>

namespace lab {

struct fetched_reply {
  bool complete = false;
  int status = 0;
  std::string content_type;
  std::string server;
  std::string body;
};

/// One request on a connection of its own, waited for at most five seconds.
/// @return incomplete when the server does not answer in whole
fetched_reply fetch(const std::string& endpoint, const std::string& method,
                    const std::string& target, const std::string& body = {});

}  // namespace lab
