#pragma once

#include <weft/http/response.hpp>
#include <weft/web/context.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace weft::detail {

/// The answer to an exception that left a handler or a middleware: an http_error's own, and for all
/// others a 500 with fixed text, while what() goes to the log.
void write_failure(const context& ctx, std::exception_ptr error, response& res);

/// "weft: GET /items [<id>]: <text>" and the end of the line; without an id where it has none.
std::string failure_line(const context& ctx, std::string_view text);
/// Writes it to standard error.
void log_failure(const context& ctx, std::string_view text);

/// What request_ids() calls the request; empty without it.
std::string_view id_of(const context& ctx) noexcept;

/// Control bytes, backslashes and what is beyond ASCII become \xNN, so that nobody forges a line.
std::string escape_for_log(std::string_view text);

}  // namespace weft::detail
