#pragma once

#include "message.hpp"

#include <weft/http/method.hpp>

#include <string_view>

namespace weft::fuzz {

/// Whether weft means to read this complete message otherwise than Beast does.
/// @param bytes  the input that it was read from
bool is_read_otherwise(const message& ours, std::string_view bytes);

/// Whether such an answer ends HTTP on its connection. Beast, which knows nothing of the request,
/// may call that keep-alive.
bool ends_http(const message& answer, http_method asked);

}  // namespace weft::fuzz
