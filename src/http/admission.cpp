#include "admission.hpp"

#include "connection_tally.hpp"

#include <algorithm>
#include <limits>

namespace weft::http {
namespace {

constexpr parse_error too_many_in_flight{
    http_status::service_unavailable,
    "The server has as many requests in flight as max_requests_in_flight allows",
    rejection_reasons::requests_in_flight};
constexpr parse_error waited_too_long{http_status::service_unavailable,
                                      "The request waited longer than max_queue_delay allows",
                                      rejection_reasons::queue_delay};

}  // namespace

admission::admission(const http_limits& limits) noexcept
    : most_in_flight_(limits.max_requests_in_flight),
      longest_delay_(limits.max_queue_delay),
      counts_(most_in_flight_ != std::numeric_limits<std::size_t>::max()),
      times_(longest_delay_ != duration::max()) {}

const parse_error* admission::try_enter(duration waited, place& taken) noexcept {
  if (times_) note_wait(waited);
  if (waited > longest_delay_) return &waited_too_long;
  if (!counts_) return nullptr;
  if (!try_take_place()) return &too_many_in_flight;
  taken = place(*this);
  return nullptr;
}

bool admission::try_take_place() noexcept {
  std::size_t before = in_flight_.load(std::memory_order_relaxed);
  do {
    if (before >= most_in_flight_) return false;
  } while (!in_flight_.compare_exchange_weak(before, before + 1, std::memory_order_relaxed));
  return true;
}

void admission::note_wait(duration waited) noexcept {
  auto longest = longest_seen_.load(std::memory_order_relaxed);
  while (waited.count() > longest &&
         !longest_seen_.compare_exchange_weak(longest, waited.count(), std::memory_order_relaxed)) {
  }
}

void admission::count_shed(const parse_error& why) noexcept {
  auto& count = &why == &waited_too_long ? shed_for_delay_ : shed_for_count_;
  count.fetch_add(1, std::memory_order_relaxed);
}

void admission::add_to(http_metrics& sum) const {
  sum.requests_in_flight = in_flight_.load(std::memory_order_relaxed);
  sum.longest_queue_delay = duration(longest_seen_.load(std::memory_order_relaxed));
  count_rejections(sum, rejection_reasons::requests_in_flight, shed_for_count_.load());
  count_rejections(sum, rejection_reasons::queue_delay, shed_for_delay_.load());
}

}  // namespace weft::http
