#pragma once

#include <weft/http/status.hpp>

#include <string_view>

namespace weft::http {

/// Why a request was refused. The texts are literals and hold nothing of what the peer sent.
struct parse_error {
  http_status status;
  std::string_view reason;  ///< for the peer, one sentence without a full stop
  std::string_view metric;  ///< the `reason` label of http_rejected_total
};

}  // namespace weft::http
