#include "promises/background_server.hpp"
#include "promises/plain_client.hpp"
#include "support/random_seed.hpp"
#include "support/tcp_gate.hpp"
#include "unit/http/streaming_handler.hpp"

#include <weft/runtime/sleep.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <random>
#include <string>

// Connections that end anywhere, in both directions and both ways, while a handler reads, writes or
// waits: nothing of them is left.

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::request;
using weft::response;
using weft::task;

/// Lies in the frame of a handler or a producer.
class presence {
public:
  explicit presence(std::atomic<int>& count) noexcept : count_(count) { ++count_; }
  presence(const presence&) = delete;
  presence& operator=(const presence&) = delete;
  ~presence() { --count_; }

private:
  std::atomic<int>& count_;
};

class visited_handler final : public weft::http_handler {
public:
  weft::body_plan plan_body(const request&) override { return {true, {}}; }
  task<> handle(const request& req, response& res) override {
    const presence here(live);
    if (req.path() == "/body") {
      weft::body_stream body(req);
      const body_read all = co_await read_all(body);
      res.body().append(std::to_string(all.text.size()));
    } else if (req.path() == "/pieces") {
      produce(res, [this](weft::body_writer& out) { return write_pieces(out); });
    } else if (req.path() == "/wait") {
      (void)co_await weft::sleep(1h);
    } else {
      res.body().append("text");
    }
  }

  std::atomic<int> live{0};

private:
  task<> write_pieces(weft::body_writer& out) {
    const presence here(live);
    const std::string piece(3000, 'p');
    for (int i = 0; i < 10; ++i) {
      const auto written = co_await out.write(piece);
      if (!written) co_return;
    }
  }
};

const std::string& three_requests() {
  static const std::string text =
      get("/text") + post("/body", std::string(5000, 'b')) + get("/pieces");
  return text;
}
constexpr std::size_t bytes_of_answers = 31'000;  // about

gate_script random_cut(std::mt19937_64& random) {
  gate_script script;
  const bool to_server = random() % 2 == 0;
  gate_rules& rules = to_server ? script.to_server : script.to_client;
  rules.cut_at = random() % (to_server ? three_requests().size() + 20 : bytes_of_answers);
  rules.how = random() % 2 == 0 ? gate_rules::cut::reset : gate_rules::cut::finish;
  return script;
}

/// Asks, reads for as long as something comes, and goes while a handler waits, in good order or
/// not.
void visit(std::uint16_t port, bool resets) {
  plain_client client(port);
  client.send(three_requests());
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.read_answer();
    CHECK(answer.how != plain_answer::ending::late);
    if (answer.how != plain_answer::ending::whole) break;
  }
  client.send(get("/wait"));
  if (resets) client.reset();
}

}  // namespace

TEST_CASE("wherever a connection is cut, its handler ends and nothing of it is left") {
  const auto seed = random_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  weft::http_limits limits;
  limits.drain_timeout = 100ms;
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    visited_handler handler;
    background_server server(m, handler, limits);
    {
      const tcp_gate gate(server.server().local(),
                          [&random](std::size_t) { return random_cut(random); });
      for (int i = 0; i < 40 * scale(); ++i) visit(gate.address().port, i % 2 == 0);
      // And without a gate: the client itself goes while the handler waits.
      for (int i = 0; i < 4; ++i) visit(server.port(), i % 2 == 0);
      CHECK(within_reason([&] { return handler.live == 0; }));
      CHECK(within_reason([&] { return server.server().connections() == 0; }));
    }
    CHECK(server.stop());
  }
}
