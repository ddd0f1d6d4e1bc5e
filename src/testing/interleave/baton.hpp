#pragma once

#include <atomic>
#include <cstdint>

namespace weft::testing {

/// What a thread waits for when it is not its turn.
class baton {
public:
  void give() noexcept;
  void take() noexcept;

private:
  std::atomic<std::uint32_t> given_{0};
};

}  // namespace weft::testing
