#pragma once

#include <weft/http/parse_error.hpp>

#include <system_error>

namespace weft::http {

/// What a client is told of an answer that it cannot take: the code's message names the rule that
/// was broken, and it equals condition::limit_exceeded or condition::bad_input.
std::error_code answer_error(const parse_error& broken) noexcept;

}  // namespace weft::http
