#include "reception.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/http/response_writer.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/shield.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/trace.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <utility>

namespace weft::http {
namespace {

constexpr auto accept_pause = std::chrono::milliseconds(20);
// For a newcomer that is turned away to take its answer. Others wait meanwhile.
constexpr auto farewell_time = std::chrono::milliseconds(100);
constexpr std::size_t farewell_bytes = 4 * 1024;
constexpr std::size_t reserved_descriptors = 128;

constexpr parse_error too_many_connections{
    http_status::service_unavailable,
    "the server has as many connections as max_connections allows",
    rejection_reasons::connection_count};
constexpr parse_error no_descriptor{http_status::service_unavailable,
                                    "the server has no room for another connection",
                                    rejection_reasons::descriptors};

// Raises the soft limit to the hard one: a server wants what it may have.
std::size_t usable_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}

std::size_t connection_limit(std::size_t wanted) {
  const std::size_t descriptors = usable_descriptors();
  const std::size_t possible =
      descriptors > 2 * reserved_descriptors ? descriptors - reserved_descriptors : descriptors / 2;
  return std::min(wanted, possible);
}

bool has_ended(const std::error_code& error) {
  return error == condition::closed || error == condition::canceled;
}

/// Bytes that are unread at a close would reset the connection, and the answer with it.
task<> answer_and_drain(tcp_stream& stream, byte_buffer& buffer) {
  auto written = co_await stream.write_all(buffer.view());
  if (!written) co_return;
  stream.finish_writing();
  buffer.reserve(farewell_bytes);
  for (;;) {
    auto got = co_await stream.read_some({buffer.data(), buffer.capacity()});
    if (!got) co_return;
  }
}

}  // namespace

void spare_descriptor::give() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void spare_descriptor::take() noexcept {
  if (descriptor_ < 0) descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

room::room(const http_limits& limits) : most_(connection_limit(limits.max_connections)) {}

std::optional<room::place> room::try_enter(time_point now) noexcept {
  std::size_t before = taken();
  do {
    if (before >= most_) return std::nullopt;
  } while (!taken_.compare_exchange_weak(before, before + 1, std::memory_order_relaxed));
  if (before + 1 == most_)
    full_since_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  return place(*this);
}

bool room::is_news(std::string_view why) noexcept {
  const std::uint64_t bit = std::uint64_t{1} << std::hash<std::string_view>{}(why) % 64;
  return (told_.fetch_or(bit, std::memory_order_relaxed) & bit) == 0;
}

reception::reception(tcp_listener listener, const http_limits& limits, room& places)
    : listener_(std::move(listener)), limits_(limits), room_(places) {}

task<result<arrival>> reception::next() {
  for (;;) {
    const bool ends = cancel_requested();
    const bool is_full = room_.is_full();
    // Clients that come back as fast as they are let in must not keep the server from its end.
    if (ends && (is_full || taken_at_the_end_++ > limits_.max_backlog)) break;
    if (is_full && is_patient(room_.full_since())) {
      co_await pause(condition::limit_exceeded);
      continue;
    }
    auto arrived = co_await accept();
    if (!arrived) {
      if (ends || arrived.error() == condition::closed) co_return arrived.error();
      // The cancel came while it waited, perhaps with a connection: it looks once more.
      if (arrived.error() != condition::canceled) co_await pause(arrived.error());
      continue;
    }
    accepted_.add();
    spare_.take();
    auto place = room_.try_enter(scheduler::current().now());
    // Another listener's connection has come first: this one waits as it would in the backlog.
    while (!place && is_patient(room_.full_since()) && !cancel_requested()) {
      co_await pause(condition::limit_exceeded);
      place = room_.try_enter(scheduler::current().now());
    }
    if (place && spare_.is_held()) {
      without_descriptor_since_.reset();
      co_return arrival(std::move(*arrived), std::move(*place));
    }
    const parse_error& why = place ? no_descriptor : too_many_connections;
    auto farewell = turn_away(std::move(*arrived), why);
    co_await shield(std::move(farewell));  // a stop lets it end: it takes no time
  }
  co_return make_error_code(condition::closed);
}

/// @return false once a shortage has lasted for accept_patience
bool reception::is_patient(time_point since) const noexcept {
  return scheduler::current().now() - since < limits_.accept_patience;
}

// Where it fails for want of a descriptor and patience is over, with the spare one.
task<result<tcp_stream>> reception::accept() {
  auto arrived = co_await listener_.accept();
  const bool is_short = !arrived && !has_ended(arrived.error());
  if (!is_short) co_return arrived;
  if (!without_descriptor_since_) without_descriptor_since_ = scheduler::current().now();
  if (is_patient(*without_descriptor_since_)) co_return arrived;
  spare_.give();
  auto by_spare = co_await listener_.accept();
  co_return by_spare;
}

task<> reception::turn_away(tcp_stream stream, const parse_error& why) {
  (&why == &no_descriptor ? past_descriptor_limit_ : past_connection_limit_).add();
  request_trace traced;
  traced.arrived();
  traced.shed(static_cast<std::uint32_t>(why.status));
  byte_buffer buffer;
  write_error(buffer, why, {});
  sent_.add(buffer.size());
  auto farewell = with_timeout(farewell_time, answer_and_drain(stream, buffer));
  const auto taken = co_await std::move(farewell);
  static_cast<void>(taken);  // a peer that does not take it is not waited for
}

task<> reception::pause(const std::error_code& why) {
  note_pause(why.message().c_str());
  spare_.take();
  co_await sleep(accept_pause);
}

void reception::note_pause(const char* why) noexcept {
  if (!room_.is_news(why)) return;
  std::fprintf(stderr, "weft: accepting pauses at %zu connections: %s\n", room_.taken(), why);
}

void reception::add_to(http_metrics& sum) const {
  const auto for_count = past_connection_limit_.value();
  const auto for_descriptors = past_descriptor_limit_.value();
  sum.accepted_connections += accepted_.value();
  sum.responses[5] += for_count + for_descriptors;
  sum.sent_bytes += sent_.value();
  count_rejections(sum, rejection_reasons::connection_count, for_count);
  count_rejections(sum, rejection_reasons::descriptors, for_descriptors);
}

}  // namespace weft::http
