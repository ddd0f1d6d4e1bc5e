#pragma once

#include <weft/http/request.hpp>

#include <string>

namespace weft::conformance {

/// All that a request says, one fact a line and escaped, as the `=` lines of a case have it:
///
///     GET /items/7?m=2
///     path /items/7
///     query m=2
///     host a.example
///     version 1.1
///     Host: a.example
///     body hello            (only where there is one)
std::string describe(const request& message);

}  // namespace weft::conformance
