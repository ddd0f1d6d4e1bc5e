#pragma once

#include <weft/http/request.hpp>
#include <weft/http/response.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace weft::detail {

/// The answer to an exception that left a handler or a middleware: an http_error's own, and for all
/// others a 500 with fixed text, while what() goes to the log.
void write_failure(const request& req, std::exception_ptr error, response& res);

/// One line on standard error: "weft: GET /items: <text>".
void log_failure(const request& req, std::string_view text);

/// Control bytes, backslashes and what is beyond ASCII become \xNN, so that nobody forges a line.
std::string escape_for_log(std::string_view text);

}  // namespace weft::detail
