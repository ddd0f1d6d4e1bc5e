#include "server_path.hpp"

#include "case_handler.hpp"
#include "judgement.hpp"

#include <weft/http/server.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <span>
#include <stdexcept>
#include <utility>

namespace weft::conformance {

namespace {

constexpr std::size_t most_connections_at_once = 200;
// Long enough for the server to have read what has arrived: an idle loop reads at once.
constexpr auto reading_time = std::chrono::microseconds(300);

task<tcp_stream> connect_to(http_server& server) {
  auto stream = co_await connect(server.local());
  if (!stream) throw std::runtime_error("connect: " + stream.error().message());
  co_return std::move(*stream);
}

task<std::string> read_to_end(tcp_stream& stream) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    auto got = co_await stream.read_some(buffer);
    if (!got) break;
    text.append(buffer.data(), *got);
  }
  co_return text;
}

task<> send_round(std::span<delivery> batch, std::vector<tcp_stream>& streams, std::size_t round) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto& pieces = batch[i].pieces;
    if (round >= pieces.size()) continue;
    // It fails where the server has closed already, which the answer will tell.
    auto sent = co_await streams[i].write_all(pieces[round]);
    if (!sent || round + 1 == pieces.size()) streams[i].finish_writing();
  }
}

task<> deliver_batch(http_server& server, std::span<delivery> batch) {
  std::vector<tcp_stream> streams;
  std::size_t rounds = 0;
  for (const auto& d : batch) {
    auto stream = co_await connect_to(server);
    streams.push_back(std::move(stream));
    rounds = std::max(rounds, d.pieces.size());
  }
  for (std::size_t round = 0; round < rounds; ++round) {
    co_await send_round(batch, streams, round);
    if (round + 1 < rounds) co_await sleep(reading_time);
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto received = co_await read_to_end(streams[i]);
    batch[i].received = std::move(received);
  }
}

/// The deliveries have the same limits.
task<> deliver(http_server& server, std::span<delivery> deliveries) {
  if (!server.open()) throw std::runtime_error("the server cannot listen");
  task_group serving;
  serving.go(server.serve());
  while (!deliveries.empty()) {
    const auto size = std::min(deliveries.size(), most_connections_at_once);
    co_await deliver_batch(server, deliveries.first(size));
    deliveries = deliveries.subspan(size);
  }
  server.stop();
  co_await serving.join();
}

/// Hundreds of connections that bring single bytes under a sanitizer are not slow clients.
http_limits with_time_enough(http_limits limits) {
  limits.header_timeout = limits.body_grace = limits.keep_alive_timeout = std::chrono::minutes(10);
  return limits;
}

std::vector<std::string> faults_of_group(const model& m, std::span<delivery> deliveries) {
  server_options options;
  options.listen = {endpoint{"127.0.0.1", 0}};
  options.allowed_hosts = deliveries.front().which->allowed_hosts;
  options.limits = with_time_enough(deliveries.front().which->limits);
  case_handler handler;
  http_server server(handler, options);
  scheduler(m).run(deliver(server, deliveries));

  std::vector<std::string> faults;
  expected_counts counts;
  const test_case* faulty = nullptr;  // one cut of it that goes wrong is enough
  for (const auto& d : deliveries) {
    counts.add(*d.which, d.received);
    if (d.which == faulty) continue;
    for (auto& fault : faults_of_wire(*d.which, d.received)) {
      faults.push_back(fault + " (first piece: " + std::to_string(d.pieces.front().size()) + ")");
      faulty = d.which;
    }
  }
  std::ranges::move(counts.faults_of(server.metrics(), handler.handled()),
                    std::back_inserter(faults));
  return faults;
}

}  // namespace

delivery whole(const test_case& c) { return {&c, {bytes_to_send(c)}, {}}; }

delivery byte_by_byte(const test_case& c) {
  delivery made{&c, {}, {}};
  for (const char byte : bytes_to_send(c)) made.pieces.emplace_back(1, byte);
  return made;
}

std::vector<delivery> two_way_splits(const test_case& c) {
  std::vector<delivery> all;
  const auto bytes = bytes_to_send(c);
  const auto last = std::min(c.bytes.size(), bytes.size() - 1);
  for (std::size_t cut = 1; cut <= last; ++cut)
    all.push_back({&c, {bytes.substr(0, cut), bytes.substr(cut)}, {}});
  return all;
}

std::vector<std::string> faults_of_server(const model& m, std::vector<delivery> deliveries) {
  const auto limits = [](const delivery& d) { return std::string_view(d.which->server_text); };
  std::ranges::stable_sort(deliveries, {}, limits);
  std::vector<std::string> faults;
  for (auto rest = std::span(deliveries); !rest.empty();) {
    const auto next = std::ranges::find_if(
        rest, [&](const delivery& d) { return limits(d) != limits(rest.front()); });
    const auto size = static_cast<std::size_t>(next - rest.begin());
    auto found = faults_of_group(m, rest.first(size));
    std::ranges::move(found, std::back_inserter(faults));
    rest = rest.subspan(size);
  }
  return faults;
}

}  // namespace weft::conformance
