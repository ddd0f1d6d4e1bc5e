#include "promises/background_server.hpp"
#include "promises/plain_client.hpp"
#include "support/random_seed.hpp"
#include "unit/http/streaming_handler.hpp"

#include <weft/runtime/sleep.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::request;
using weft::response;
using weft::task;
using ending = plain_answer::ending;

constexpr std::size_t body_bytes = 64 * 1024;

/// /N takes N milliseconds, and answers with the size of the body.
class counting_handler final : public weft::http_handler {
public:
  task<> handle(const request& req, response& res) override {
    ++begun;
    const auto time = std::chrono::milliseconds(std::stoi(std::string(req.path().substr(1))));
    if (time != 0ms) {
      const std::error_code end = co_await weft::sleep(time);
      if (end) throw std::system_error(end);  // it was not let finish
    }
    res.body().append(std::to_string(req.body().size()));
  }

  std::atomic<int> begun{0};
};

struct tally {
  std::atomic<int> whole{0};
  std::atomic<int> broken{0};
};

enum class habit { keeps_alive, reconnects };

void ask_until_refused(std::uint16_t port, habit h, std::uint64_t seed, tally& counted) {
  std::mt19937_64 random(seed);
  const std::string body(body_bytes, 'b');
  plain_client client(port);
  while (client.is_open()) {
    const auto answer = client.ask(post("/" + std::to_string(random() % 8), body));
    if (answer.is(200) && answer.body == std::to_string(body_bytes)) ++counted.whole;
    else if (answer.how != ending::refused) ++counted.broken;
    if (answer.how != ending::whole || h == habit::reconnects) client = plain_client(port);
  }
}

/// One server, its clients, and a stop at a random moment.
void stop_among_requests(const named_model& m, std::mt19937_64& random) {
  counting_handler handler;
  background_server server(m, handler);
  tally counted;
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    const habit h = i < 6 ? habit::keeps_alive : habit::reconnects;
    const auto port = server.ports()[static_cast<std::size_t>(i) % server.ports().size()];
    clients.emplace_back(ask_until_refused, port, h, random(), std::ref(counted));
  }
  CHECK(within_reason([&] { return counted.whole + counted.broken > 8; }));
  std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
  CHECK(server.stop());
  for (auto& client : clients) client.join();
  CHECK(counted.broken == 0);
  CHECK(counted.whole == handler.begun);
}

}  // namespace

TEST_CASE("a stop loses no request that a handler has begun, and no answer is cut") {
  const auto seed = random_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    for (int round = 0; round < 3 * scale(); ++round) stop_among_requests(m, random);
  }
}

namespace {

// The loop is kept busy by another request, so that it finds the first bytes and the stop at once.
/// @return whether it had read some of the request then
bool stop_with_the_first_bytes(const named_model& m) {
  streaming_handler handler([](const request& req, response& res) -> task<> {
    if (req.path() == "/busy") std::this_thread::sleep_for(15ms);
    res.body().append("answer");
    co_return;
  });
  weft::http_limits limits;
  limits.idle_grace = weft::duration(0);
  background_server server(m, handler, limits);
  plain_client client(server.port());
  plain_client other(server.port());
  REQUIRE(client.ask(get("/first")).is(200));
  REQUIRE(other.ask(get("/first")).is(200));
  const auto read_before = server.server().metrics().received_bytes;
  const auto busy = get("/busy");
  other.send(busy);
  std::this_thread::sleep_for(2ms);
  const std::string second = get("/second");
  client.send(second.substr(0, 8));
  server.server().stop();
  std::this_thread::sleep_for(25ms);
  const auto read = server.server().metrics().received_bytes - read_before;
  const bool is_begun = read > busy.size();
  client.send(second.substr(8));
  const auto answer = client.read_answer();
  client.close();
  other.close();
  CHECK(server.stop());
  const auto read_in_all = server.server().metrics().received_bytes - read_before;
  INFO("read " << read << " and " << read_in_all << ", ended as " << static_cast<int>(answer.how));
  // Or it is refused: unread, or dropped whole where the server had not come to wait for it yet.
  const bool is_untouched =
      read_in_all <= busy.size() || read_in_all == busy.size() + second.size();
  CHECK((answer.is(200) || (answer.how == ending::refused && !is_begun && is_untouched)));
  return is_begun;
}

}  // namespace

TEST_CASE("a request whose first byte was read before a stop is answered") {
  int begun = 0;
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    for (int round = 0; round < 4 * scale(); ++round) begun += stop_with_the_first_bytes(m) ? 1 : 0;
  }
  CHECK(begun > 0);
}

namespace {

// Where there is one loop, the stop and the new connections find it busy.
void stop_before_accepting(const named_model& m) {
  std::atomic<bool> is_busy{false};
  std::atomic<bool> goes_on{false};
  streaming_handler handler([&](const request& req, response& res) -> task<> {
    if (req.path() == "/busy") {
      is_busy = true;
      while (!goes_on) std::this_thread::sleep_for(1ms);
    }
    res.body().append(req.path());
    co_return;
  });
  background_server server(m, handler);
  plain_client busy(server.port());
  busy.send(get("/busy"));
  CHECK(within_reason([&] { return is_busy.load(); }));
  std::vector<plain_client> waiting;
  for (int i = 0; i < 6; ++i) {
    waiting.emplace_back(server.ports()[static_cast<std::size_t>(i % 2)]);
    waiting.back().send(get("/waiting"));
  }
  server.server().stop();
  goes_on = true;
  CHECK(busy.read_answer().is(200));
  for (plain_client& client : waiting) {
    const auto answer = client.read_answer();
    CHECK(answer.is(200));
    CHECK(client.is_ended_by_peer());
    client.close();
  }
  busy.close();  // the server waits for that, some seconds
  CHECK(server.stop());
}

}  // namespace

TEST_CASE("a request that waits in the backlog when a server is stopped is answered") {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    for (int round = 0; round < 3 * scale(); ++round) stop_before_accepting(m);
  }
}
