#include <weft/runtime/when_all.hpp>

namespace weft::detail {

void first_failure::offer(std::error_code code) noexcept {
  if (offered_.exchange(true, std::memory_order_acq_rel)) return;
  // In a scope that is cancelled already, the error is most likely what the cancel has made.
  was_first_ = !scope_.cancelled();
  code_ = code;
  scope_.cancel();
}

void first_failure::rethrow_what_came_before() {
  const auto error = scope_.take_error();
  if (error && !was_first_) std::rethrow_exception(error);
}

}  // namespace weft::detail
