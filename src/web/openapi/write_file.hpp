#pragma once

#include <string>

namespace weft {
class app;
}

namespace weft::detail {

/// --openapi: writes the document to a file, or to standard output for "-".
/// @return the exit code; what is wrong has been said
int write_openapi(const app& program, const std::string& file);

}  // namespace weft::detail
