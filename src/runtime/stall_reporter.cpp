#include "stall_reporter.hpp"

#include <cstdio>
#include <utility>

namespace weft::detail {

bool stall_reporter::may_report(appointment& stall, time now) noexcept {
  if (now < stall.at) return false;
  if (last_report_ != time() && now - last_report_ < options_.pause) {
    stall.at = last_report_ + options_.pause;
    left_out_ += stall.is_left_out ? 0 : 1;
    stall.is_left_out = true;
    return false;
  }
  left_out_ -= stall.is_left_out ? 1 : 0;
  stall = {now + options_.pause};
  last_report_ = now;
  return true;
}

void stall_reporter::report(stall_report& found) {
  found.left_out = std::exchange(left_out_, 0);
  if (options_.report) options_.report(found);
  else std::fprintf(stderr, "weft: stall: %s\n", found.text().c_str());
}

}  // namespace weft::detail
