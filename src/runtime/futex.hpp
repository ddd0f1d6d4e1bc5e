#pragma once

#include <weft/base/clock.hpp>
#include <weft/runtime/detail/threading.hpp>

#include <cstdint>

namespace weft::detail {

/// Sleeps while `word` is `expected`, at most `timeout` (negative: no limit). May return early.
void futex_wait(atomic<std::uint32_t>& word, std::uint32_t expected, duration timeout) noexcept;

/// Wakes one sleeper on `word`.
void futex_wake(atomic<std::uint32_t>& word) noexcept;
/// Wakes all sleepers on `word`.
void futex_wake_all(atomic<std::uint32_t>& word) noexcept;

}  // namespace weft::detail
