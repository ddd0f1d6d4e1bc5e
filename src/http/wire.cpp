#include "wire.hpp"

#include <algorithm>
#include <chrono>

namespace weft::http {
namespace {

constexpr std::size_t linger_buffer_bytes = 4 * 1024;
constexpr auto linger_timeout = std::chrono::seconds(2);

// How much must have gone when write_timeout is over: so a peer that takes nothing and one that
// takes too little meet the same deadline.
std::size_t least_written(const http_limits& limits) noexcept {
  const std::chrono::duration<double> time = limits.write_timeout;
  const double bytes = time.count() * static_cast<double>(limits.min_bytes_per_second);
  return static_cast<std::size_t>(std::clamp(bytes, 1.0, 1e9));
}

}  // namespace

bool wire::try_flush() {
  byte_buffer& collected = out();
  const auto sent = stream_.try_write(collected.view());
  if (!sent) return false;
  tally_.sent(*sent);
  collected.consume(*sent);
  return collected.empty();
}

/// @param cleared  where the bytes are, if they are collected ones
task<result<void>> wire::send(std::string_view bytes, byte_buffer* cleared) {
  result<void> written;
  while (written && !bytes.empty()) {
    writing_.set(in(limits_.write_timeout));
    const auto part = bytes.substr(0, least_written(limits_));
    written = co_await stream_.write_all(part);
    count_sent(part.size(), written);
    bytes.remove_prefix(part.size());
  }
  writing_.clear();
  if (cleared != nullptr) cleared->clear();
  co_return written;
}

void wire::count_sent(std::uint64_t bytes, const result<void>& how) noexcept {
  if (how) tally_.sent(static_cast<std::size_t>(bytes));
  else if (how.error() == condition::timed_out) tally_.rejected(rejection_reasons::slow_reader);
}

task<result<void>> wire::send_file(const file& from, std::uint64_t offset, std::uint64_t length) {
  result<void> sent;
  while (sent && length != 0) {
    writing_.set(in(limits_.write_timeout));
    const auto part = std::min<std::uint64_t>(length, least_written(limits_));
    sent = co_await stream_.send_file(from, offset, part);
    count_sent(part, sent);
    offset += part;
    length -= part;
  }
  writing_.clear();
  co_return sent;
}

task<> wire::linger() {
  stream_.finish_writing();
  byte_buffer dropped;
  dropped.reserve(linger_buffer_bytes);
  const timed_read timed(*this, in(linger_timeout));
  std::size_t count = 0;
  while (count < limits_.max_drain_bytes) {
    const auto room = std::min(dropped.capacity(), limits_.max_drain_bytes - count);
    const auto got = co_await stream_.read_some({dropped.data(), room});
    if (!got) co_return;
    count += *got;
    tally_.received(*got);
  }
}

void wire::end_reading() noexcept {
  reading_ended_.store(true, std::memory_order_relaxed);
  stream_.abort_reading(condition::closed);
}

void wire::expire_if_due(duration::rep now) noexcept {
  const bool write_is_late = writing_.is_over(now);
  if (!write_is_late && !reading_.is_over(now)) return;
  // What has arrived is read, however late this look is. A peer gains nothing by that: what it may
  // send in a head is limited, and a body's pace is counted in bytes.
  if (!write_is_late && stream_.is_readable()) return;
  reading_ended_.store(true, std::memory_order_relaxed);
  if (write_is_late) stream_.abort(condition::timed_out);
  else stream_.abort_reading(condition::timed_out);
}

void wire::end_if_idle() noexcept {
  if (stream_.is_readable()) return;  // a request has come
  auto seen = idling::yes;
  if (!idling_.compare_exchange_strong(seen, idling::being_ended, std::memory_order_acq_rel))
    return;
  end_reading();
  idling_.store(idling::ended, std::memory_order_release);
}

bool wire::end_idling(bool has_bytes) noexcept {
  auto seen = idling::yes;
  if (idling_.compare_exchange_strong(seen, idling::no, std::memory_order_acq_rel)) return true;
  if (seen == idling::being_ended) return false;
  idling_.store(idling::no, std::memory_order_relaxed);
  if (has_bytes) stream_.resume_reading(condition::closed);
  return true;
}

}  // namespace weft::http
