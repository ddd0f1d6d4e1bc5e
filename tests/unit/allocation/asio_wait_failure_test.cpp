#include "net/asio_wait.hpp"

#include <weft/runtime/scheduler.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <new>
#include <optional>

#include "counted_new.hpp"
#include "support/models.hpp"

using namespace weft::test;
using weft::result;
using weft::task;

namespace {

/// One wait whose operation takes no memory. @return nothing where it threw
task<std::optional<result<int>>> wait_where_fails(std::int64_t nth, bool& has_failed) {
  auto io = weft::detail::shared_io_context();
  auto start = [](const auto& handler) { handler(boost::system::error_code(), 7); };
  std::optional<result<int>> outcome;
  const failing_allocation armed(nth);
  try {
    weft::detail::asio_wait<int, decltype(start)> waiting(io, "test", start);
    outcome = co_await waiting;
  } catch (const std::bad_alloc&) {}
  has_failed = armed.has_failed();
  co_return outcome;
}

}  // namespace

// From then on a cancel may be under way beside it: an error would come too late.
TEST_CASE("a wait for Asio that has begun finds memory to go on") {
  for (const auto io : {weft::io_kind::portable, weft::io_kind::direct}) {
    const named_model m{"event_loop", weft::event_loop{}, io};
    bool has_failed = false;
    CHECK(run_under(m, wait_where_fails(1000, has_failed)).has_value());
    CHECK(!has_failed);
    std::int64_t nth = 1;
    for (has_failed = true; has_failed && nth < 1000; ++nth) {
      CAPTURE(name_of(io), nth);
      const auto outcome = run_under(m, wait_where_fails(nth, has_failed));
      CHECK(outcome.has_value() != has_failed);
      if (outcome) CHECK(outcome->value() == 7);
    }
    CHECK(nth > 2);
    CHECK(nth < 1000);
  }
}
