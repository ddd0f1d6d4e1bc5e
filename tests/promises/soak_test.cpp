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
#include <utility>
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
// Of the next three the server ends the connection. Where it takes the client long to speak, that
// is before an answer.
bool is_ended_with(int status, const plain_answer& answer) {
  return answer.is(status) || answer.how == plain_answer::ending::refused;
}
bool never_finishes_its_head(plain_client& c) {
  return is_ended_with(408, c.ask("GET / HTTP/1.1\r\n"));
}
bool says_nothing(plain_client& c) { return c.is_ended_by_peer(); }
bool waits_for_what_is_too_slow(plain_client& c) { return is_ended_with(503, c.ask(get("/wait"))); }

constexpr std::array<behaviour, 11> quick{
    asks_and_goes,   keeps_asking,       pipelines,         posts,
    posts_chunks,    takes_a_file,       speaks_nonsense,   sends_too_much,
    meets_a_failure, leaves_in_mid_head, resets_in_mid_body};
// Once in each soak, beside the others: their connections last.
constexpr std::array<behaviour, 4> slow{leaves_a_waiting_handler, never_finishes_its_head,
                                        says_nothing, waits_for_what_is_too_slow};

/// One whose limits nobody meets by being slow, and one for those who want to.
struct soaked_servers {
  explicit soaked_servers(const named_model& m)
      : patient(m, handler), impatient(m, handler, short_limits()) {}

  static weft::http_limits short_limits() {
    weft::http_limits limits;
    limits.header_timeout = limits.keep_alive_timeout = limits.handler_timeout = 150ms;
    return limits;
  }
  bool are_idle() {
    return patient.server().connections() == 0 && impatient.server().connections() == 0;
  }

  soaked_handler handler;
  background_server patient;
  background_server impatient;
};

bool do_one(background_server& server, behaviour what) {
  plain_client client(server.port());
  return client.is_open() && what(client);
}

/// Everything once, and then, for a while, anything. @return how often a client was served wrongly
int soak(soaked_servers& servers, std::mt19937_64& random, std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  std::atomic<int> wrong{0};
  const auto act = [&](behaviour what) { wrong += do_one(servers.patient, what) ? 0 : 1; };
  const auto outlast = [&](behaviour what) { wrong += do_one(servers.impatient, what) ? 0 : 1; };
  std::vector<std::thread> beside;
  for (const auto what : slow) beside.emplace_back(outlast, what);
  for (const auto what : quick) act(what);
  while (std::chrono::steady_clock::now() < end) act(quick[random() % quick.size()]);
  for (auto& thread : beside) thread.join();
  CHECK(within_reason([&] { return servers.are_idle(); }));
  return wrong;
}

struct levels {
  std::size_t descriptors;
  std::size_t tasks;
  std::uint64_t bytes;
};

std::size_t tasks_of(background_server& server) {
  return weft::dump_tasks(server.workers()).tasks.size();
}

levels levels_of(soaked_servers& servers) {
  return {open_descriptors(), tasks_of(servers.patient) + tasks_of(servers.impatient),
          allocated_bytes()};
}

/// A connection's task and descriptors end a little after it, so this waits until nothing ends.
levels settled_levels_of(soaked_servers& servers) {
  levels now = levels_of(servers);
  const auto settle = [&] {
    std::this_thread::sleep_for(20ms);
    const levels last = std::exchange(now, levels_of(servers));
    return now.tasks == last.tasks && now.descriptors == last.descriptors;
  };
  CHECK(within_reason(settle));
  return now;
}

/// A thread keeps up to 64 work areas of connections that ended on it, with parser and buffers;
/// where connections move among threads, each fills its own for a while.
std::uint64_t most_growth(const weft::model& m) {
  const bool moves =
      std::holds_alternative<weft::gil>(m) || std::holds_alternative<weft::parallel>(m);
  return moves ? 8 * 1024 * 1024 : 1024 * 1024;
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
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    const auto outside = open_descriptors();
    {
      soaked_servers servers(m);
      // Pools and queues have their size after this.
      for (int i = 0; i < 2; ++i) CHECK(soak(servers, random, 20ms) == 0);
      const levels before = settled_levels_of(servers);
      CHECK(soak(servers, random, soak_time()) == 0);
      CHECK(within_reason([&] { return levels_of(servers).tasks <= before.tasks; }));
      const levels after = settled_levels_of(servers);
      CHECK(after.tasks <= before.tasks);
      // A model with a thread for each connection keeps some, and each has its driver and pools.
      if (!std::holds_alternative<weft::threads>(m.value)) {
        CHECK(after.descriptors == before.descriptors);
        CHECK(after.bytes < before.bytes + most_growth(m.value));
      }
      CHECK(servers.patient.stop());
      CHECK(servers.impatient.stop());
    }
    CHECK(open_descriptors() == outside);
  }
}
