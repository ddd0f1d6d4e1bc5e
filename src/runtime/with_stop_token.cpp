#include <weft/runtime/with_stop_token.hpp>

namespace weft::detail {

task<> request_stop_on_cancel(std::stop_source stop, event& over) {
  auto outcome = co_await over.wait();
  if (!outcome) stop.request_stop();
}

}  // namespace weft::detail
