#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::conformance {

/// Text with every byte that is not printable ASCII, and the backslash, as \r \n \t \0 \\ or \xHH.
std::string escape(std::string_view bytes);

/// The bytes that escape() wrote; \(TEXT*N) stands for N times TEXT, escapes in it included.
/// @return nullopt for a backslash that begins no escape
std::optional<std::string> unescape(std::string_view text);

}  // namespace weft::conformance
