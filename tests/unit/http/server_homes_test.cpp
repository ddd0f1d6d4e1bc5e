#include "running_server.hpp"

#include <map>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

// Where connections live under the models that give each task a home.

using namespace weft::test;
using weft::task;
using weft::tcp_stream;

namespace {

constexpr std::size_t connections = 6;

std::string thread_name() {
  std::ostringstream text;
  text << std::this_thread::get_id();
  return text.str();
}

/// Answers with the thread that runs the handler, if it is one all the time.
class thread_handler final : public weft::http_handler {
public:
  task<> handle(const weft::request&, weft::response& res) override {
    const std::string first = thread_name();
    (void)co_await weft::sleep(std::chrono::microseconds(200));
    res.body().append(first == thread_name() ? first : "moved");
    res.body().append(".");
  }
};

task<std::string> thread_of(tcp_stream& stream) {
  co_await write(stream, get("/"));
  const std::string answer = co_await read_until(stream, ".");
  const auto body = answer.rfind("\r\n\r\n");
  co_return body == std::string::npos ? "no answer" : answer.substr(body + 4);
}

using sightings = std::vector<std::set<std::string>>;

/// The threads that served each connection, over several requests.
task<sightings> visit() {
  thread_handler handler;
  running_server server(on_a_free_port(), &handler);
  server.start();
  std::vector<tcp_stream> streams;
  for (std::size_t i = 0; i < connections; ++i) {
    auto stream = co_await server.connect();
    streams.push_back(std::move(stream));
  }
  sightings seen(connections);
  for (int round = 0; round < 4; ++round) {
    for (std::size_t i = 0; i < connections; ++i) {
      auto name = co_await thread_of(streams[i]);
      seen[i].insert(std::move(name));
    }
  }
  streams.clear();
  co_await server.stop();
  co_return seen;
}

std::map<std::string, int> connections_by_thread(const sightings& seen) {
  std::map<std::string, int> count;
  for (const auto& threads : seen) ++count[*threads.begin()];
  return count;
}

TEST_CASE("under sharded a connection stays on one shard, and the shards share them evenly") {
  const auto seen = run_under({"sharded", weft::sharded{.shards = 3}}, visit());
  for (const auto& threads : seen) CHECK(threads.size() == 1);
  const auto load = connections_by_thread(seen);
  REQUIRE(load.size() == 3);
  for (const auto& [thread, count] : load) CHECK(count == 2);
  CHECK(load.count("moved.") == 0);
}

TEST_CASE("under threads each connection has a thread of its own") {
  const auto seen = run_under({"threads", weft::threads{.max = 40}}, visit());
  for (const auto& threads : seen) CHECK(threads.size() == 1);
  const auto load = connections_by_thread(seen);
  CHECK(load.size() == connections);
  CHECK(load.count("moved.") == 0);
}

TEST_CASE("threads that are fewer than the connections serve them all") {
  const auto seen = run_under({"threads", weft::threads{.max = 4}}, visit());
  for (const auto& threads : seen) CHECK(threads.size() == 1);
  CHECK(connections_by_thread(seen).count("no answer") == 0);
}

}  // namespace
