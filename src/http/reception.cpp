#include "reception.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/http/response_writer.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/scheduler.hpp>
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

std::optional<room::place> room::try_enter() noexcept {
  std::optional<place> taken;
  if (taken_.fetch_add(1, std::memory_order_relaxed) < most_) taken.emplace(*this);
  else taken_.fetch_sub(1, std::memory_order_relaxed);
  return taken;
}

reception::reception(tcp_listener listener, const http_limits& limits, room& places,
                     const std::atomic<bool>& stopping)
    : listener_(std::move(listener)), limits_(limits), room_(places), stopping_(stopping) {}

task<result<arrival>> reception::next() {
  while (!stopping_.load(std::memory_order_relaxed) && !cancel_requested()) {
    if (room_.is_full() && is_patient(too_many_connections)) {
      co_await pause(condition::limit_exceeded);
      continue;
    }
    auto arrived = co_await accept();
    if (!arrived) {
      if (has_ended(arrived.error())) co_return arrived.error();
      co_await pause(arrived.error());
      continue;
    }
    accepted_.add();
    spare_.take();
    auto place = room_.try_enter();
    if (place && spare_.is_held()) {
      shortage_ = nullptr;
      co_return arrival(std::move(*arrived), std::move(*place));
    }
    const parse_error& why = place ? no_descriptor : too_many_connections;
    co_await turn_away(std::move(*arrived), why);
  }
  co_return make_error_code(condition::closed);
}

/// @return false once `shortage` has lasted for accept_patience
bool reception::is_patient(const parse_error& shortage) noexcept {
  const time_point now = scheduler::current().now();
  if (shortage_ != &shortage) {
    shortage_ = &shortage;
    since_ = now;
  }
  return now - since_ < limits_.accept_patience;
}

// Where it fails for want of a descriptor and patience is over, with the spare one.
task<result<tcp_stream>> reception::accept() {
  auto arrived = co_await listener_.accept();
  const bool is_short = !arrived && !has_ended(arrived.error());
  if (!is_short || is_patient(no_descriptor)) co_return arrived;
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
  if (!room_.is_first_shortage()) return;
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
