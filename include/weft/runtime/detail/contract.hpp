#pragma once

namespace weft::detail {

/// Ends the process where a promise to weft was broken and going on would corrupt memory: says the
/// rule on standard error and aborts, in release builds too.
[[noreturn]] void broken_contract(const char* rule) noexcept;

}  // namespace weft::detail
