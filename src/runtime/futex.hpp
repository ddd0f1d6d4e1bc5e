#pragma once

#include <weft/base/clock.hpp>

#include <atomic>
#include <cstdint>

namespace weft::detail {

/// Sleeps while `word` is `expected`, at most `timeout` (negative: no limit). May return early.
void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                duration timeout) noexcept;

/// Wakes one sleeper on `word`.
void futex_wake(std::atomic<std::uint32_t>& word) noexcept;
/// Wakes all sleepers on `word`.
void futex_wake_all(std::atomic<std::uint32_t>& word) noexcept;

}  // namespace weft::detail
