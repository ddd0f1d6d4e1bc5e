#include "promises/background_server.hpp"
#include "promises/faults.hpp"
#include "promises/plain_client.hpp"
#include "support/captured_stderr.hpp"
#include "support/random_seed.hpp"
#include "unit/http/streaming_handler.hpp"

#include <weft/http/file_body.hpp>
#include <weft/net/file.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_dump.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// All kinds of clients at once, for a while: what they cost comes back, whichever they were.
// WEFT_SOAK_SECONDS is how long it lasts under each model.

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::request;
using weft::response;
using weft::task;

class soaked_handler final : public weft::http_handler {
public:
  weft::body_plan plan_body(const request& head) override { return {head.path() == "/stream", {}}; }
  task<> handle(const request& req, response& res) override {
    if (req.path() == "/throw") throw std::runtime_error("planned");
    if (req.path() == "/wait") (void)co_await weft::sleep(1h);
    if (req.path() == "/pieces") {
      produce(res, [](weft::body_writer& out) -> task<> {
        const std::string piece(2000, 'p');
        for (int i = 0; i < 5; ++i) (void)co_await out.write(piece);
      });
    } else if (req.path() == "/file") {
      auto opened = weft::file::open("/proc/self/exe");
      if (!opened) throw std::runtime_error("no file");
      constexpr std::uint64_t size = 20'000;
      res.set_producer(std::make_shared<weft::http::file_body>(std::move(*opened), 0, size), size);
    } else if (req.path() == "/stream") {
      weft::body_stream body(req);
      const body_read all = co_await read_all(body);
      res.body().append(std::to_string(all.text.size()));
    } else {
      res.body().append(std::to_string(req.body().size()));
    }
  }
};

// What clients do. Each takes a fresh connection, and leaves it in its way.
// @return whether it got what it has to get
using behaviour = bool (*)(plain_client&);

bool asks_and_goes(plain_client& c) { return c.ask(get("/", last)).is(200); }
bool keeps_asking(plain_client& c) {
  bool good = true;
  for (int i = 0; i < 5; ++i) good = c.ask(get("/")).is(200) && good;
  return good;
}
bool pipelines(plain_client& c) {
  c.send(get("/") + get("/pieces") + get("/"));
  bool good = true;
  for (int i = 0; i < 3; ++i) good = c.read_answer().is(200) && good;
  return good;
}
bool posts(plain_client& c) { return c.ask(post("/", std::string(50'000, 'b'))).is(200); }
bool posts_chunks(plain_client& c) {
  return c.ask(post_chunks("/stream", "5\r\nchunk\r\n3;a=b\r\nend\r\n0\r\nT: railer\r\n\r\n"))
      .is(200);
}
bool takes_a_file(plain_client& c) { return c.ask(get("/file")).body.size() == 20'000; }
bool speaks_nonsense(plain_client& c) { return c.ask("NONSENSE\r\n\r\n").is(400); }
bool sends_too_much(plain_client& c) {
  return c.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n").is(413);
}
bool meets_a_failure(plain_client& c) { return c.ask(get("/throw")).is(500); }
bool leaves_in_mid_head(plain_client& c) { return c.send("GET / HT"); }
bool resets_in_mid_body(plain_client& c) {
  const bool sent =
      c.send("POST /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nsome");
  c.reset();
  return sent;
}
bool leaves_a_waiting_handler(plain_client& c) { return c.send(get("/wait")); }
bool never_finishes_its_head(plain_client& c) { return c.ask("GET / HTTP/1.1\r\n").is(408); }
bool says_nothing(plain_client& c) { return c.is_ended_by_peer(); }
bool waits_for_what_is_too_slow(plain_client& c) { return c.ask(get("/wait")).is(503); }

constexpr std::array<behaviour, 11> quick{
    asks_and_goes,   keeps_asking,       pipelines,         posts,
    posts_chunks,    takes_a_file,       speaks_nonsense,   sends_too_much,
    meets_a_failure, leaves_in_mid_head, resets_in_mid_body};
// Once in each soak, beside the others: their connections last.
constexpr std::array<behaviour, 4> slow{leaves_a_waiting_handler, never_finishes_its_head,
                                        says_nothing, waits_for_what_is_too_slow};

bool do_one(background_server& server, behaviour what) {
  plain_client client(server.port());
  return client.is_open() && what(client);
}

/// Everything once, and then, for a while, anything. @return how often a client was served wrongly
int soak(background_server& server, std::mt19937_64& random, std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  std::atomic<int> wrong{0};
  const auto act = [&](behaviour what) { wrong += do_one(server, what) ? 0 : 1; };
  std::vector<std::thread> beside;
  for (const auto what : slow) beside.emplace_back(act, what);
  for (const auto what : quick) act(what);
  while (std::chrono::steady_clock::now() < end) act(quick[random() % quick.size()]);
  for (auto& thread : beside) thread.join();
  CHECK(within_reason([&] { return server.server().connections() == 0; }));
  return wrong;
}

struct levels {
  std::size_t descriptors;
  std::size_t tasks;
  std::uint64_t bytes;
};

levels levels_of(background_server& server) {
  return {open_descriptors(), weft::dump_tasks(server.workers()).tasks.size(), allocated_bytes()};
}

/// A thread keeps up to 64 work areas of connections that ended on it, with the buffers that they
/// had; where connections move among threads, each fills its own for a while.
std::uint64_t most_growth(const weft::model& m) {
  const bool moves =
      std::holds_alternative<weft::gil>(m) || std::holds_alternative<weft::parallel>(m);
  return moves ? 8 * 1024 * 1024 : 256 * 1024;
}

std::chrono::milliseconds soak_time() {
  const char* seconds = std::getenv("WEFT_SOAK_SECONDS");
  return seconds != nullptr ? std::chrono::seconds(std::atoi(seconds)) : 150ms;
}

}  // namespace

TEST_CASE("after mixed traffic tasks, descriptors and memory are where they were") {
  const auto seed = random_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  const captured_stderr quiet;
  weft::http_limits limits;
  limits.header_timeout = limits.keep_alive_timeout = limits.handler_timeout = 150ms;
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    const auto outside = open_descriptors();
    {
      soaked_handler handler;
      background_server server(m, handler, limits);
      // Pools and queues have their size after this.
      for (int i = 0; i < 2; ++i) CHECK(soak(server, random, 20ms) == 0);
      const levels before = levels_of(server);
      CHECK(soak(server, random, soak_time()) == 0);
      // A connection's task ends a little after it.
      CHECK(within_reason([&] { return levels_of(server).tasks <= before.tasks; }));
      const levels after = levels_of(server);
      // A model with a thread for each connection keeps some, and each has its driver and pools.
      if (!std::holds_alternative<weft::threads>(m.value)) {
        CHECK(after.descriptors == before.descriptors);
        CHECK(after.bytes < before.bytes + most_growth(m.value));
      }
      CHECK(server.stop());
    }
    CHECK(open_descriptors() == outside);
  }
}
