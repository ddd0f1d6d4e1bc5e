#include "web/rate_counter.hpp"

#include <algorithm>
#include <cmath>

namespace weft::detail {
namespace {

double part_of(duration some, duration whole) {
  return static_cast<double>(some.count()) / static_cast<double>(whole.count());
}

duration part(double of, duration whole) {
  return duration(static_cast<duration::rep>(std::ceil(of * static_cast<double>(whole.count()))));
}

}  // namespace

rate_verdict rate_counter::take(const request_rate& rate, time_point now) {
  return rate.algorithm == rate_algorithm::token_bucket ? take_token(rate, now)
                                                        : take_place(rate, now);
}

// The generic cell rate algorithm: instead of tokens the time at which the bucket is full again is
// kept, which each request puts off by its own part of the time.
rate_verdict rate_counter::take_token(const request_rate& rate, time_point now) {
  const duration each = rate.per / static_cast<duration::rep>(rate.requests);
  const duration most = each * static_cast<duration::rep>(rate.requests);
  const time_point full_again = std::max(at_, now) + each;
  rate_verdict out;
  out.allowed = full_again - now <= most;
  if (out.allowed) at_ = full_again;
  else out.retry_after = full_again - now - most;
  out.reset = at_ - now;
  out.remaining = static_cast<std::uint64_t>((most - out.reset) / each);
  return out;
}

rate_verdict rate_counter::take_place(const request_rate& rate, time_point now) {
  if (now - at_ >= rate.per) {
    const bool is_next = now - at_ < 2 * rate.per;
    previous_ = is_next ? current_ : 0;
    current_ = 0;
    at_ = is_next ? at_ + rate.per : now;
  }
  const auto limit = static_cast<double>(rate.requests);
  const double gone = part_of(now - at_, rate.per);
  const double seen = static_cast<double>(previous_) * (1 - gone) + static_cast<double>(current_);
  rate_verdict out;
  out.reset = at_ + rate.per - now;
  out.allowed = seen + 1 <= limit;
  if (out.allowed) {
    ++current_;
    out.remaining = static_cast<std::uint64_t>(limit - seen - 1);
  } else if (static_cast<double>(current_) + 1 <= limit) {
    const double room = limit - 1 - static_cast<double>(current_);
    out.retry_after = part(1 - room / static_cast<double>(previous_) - gone, rate.per);
  } else {
    out.retry_after = out.reset + part(1 - (limit - 1) / static_cast<double>(current_), rate.per);
  }
  return out;
}

}  // namespace weft::detail
