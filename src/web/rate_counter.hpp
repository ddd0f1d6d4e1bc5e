#pragma once

#include <weft/web/rate_limit_store.hpp>

namespace weft::detail {

/// What is kept of one key. Either a bucket or a window, as the rate that it is asked with says.
class rate_counter {
public:
  rate_verdict take(const request_rate& rate, time_point now);

private:
  rate_verdict take_token(const request_rate& rate, time_point now);
  rate_verdict take_place(const request_rate& rate, time_point now);

  // The bucket: when it is full again. The window: when the present one began.
  time_point at_{};
  std::uint64_t current_ = 0;  // of the window, as the next
  std::uint64_t previous_ = 0;
};

}  // namespace weft::detail
