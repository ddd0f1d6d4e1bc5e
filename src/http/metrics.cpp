#include <weft/http/metrics.hpp>

#include "connection_tally.hpp"

#include <algorithm>

namespace weft {

std::uint64_t http_metrics::rejected_for(std::string_view reason) const noexcept {
  for (const auto& r : rejected)
    if (r.reason == reason) return r.count;
  return 0;
}

namespace http {

void count_rejections(http_metrics& sum, std::string_view reason, std::uint64_t count) {
  if (count == 0) return;
  const auto known = std::ranges::find(sum.rejected, reason, &http_metrics::rejection::reason);
  if (known != sum.rejected.end()) known->count += count;
  else sum.rejected.push_back({reason, count});
}

void connection_tally::add_to(http_metrics& sum) const {
  sum.queue_delay += duration(waited_.value());
  sum.requests += requests_.value();
  sum.received_bytes += received_.value();
  sum.sent_bytes += sent_.value();
  for (std::size_t i = 0; i < responses_.size(); ++i) sum.responses[i] += responses_[i].value();
  if (const auto* reason = reason_.load(std::memory_order_relaxed))
    count_rejections(sum, *reason, 1);
}

}  // namespace http
}  // namespace weft
