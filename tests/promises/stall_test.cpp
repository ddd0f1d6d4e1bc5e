#include "promises/background_server.hpp"
#include "support/captured_stderr.hpp"
#include "support/models.hpp"
#include "unit/http/streaming_handler.hpp"

#include <weft/runtime/stall_watch.hpp>
#include <weft/runtime/yield.hpp>
#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::task;

constexpr auto threshold = 30ms;

void block() { std::this_thread::sleep_for(4 * threshold); }

void add_routes(weft::app& app) {
  app.get("/items/{id}", [](weft::path<int>) -> std::string {
    block();
    return "an item";
  });
  auto& group = app.group("/late");
  group.use([](const weft::request& req, weft::next next) -> task<weft::response> {
    auto answer = co_await next(req);
    co_return answer;
  });
  group.post("/{name}", [](weft::path<std::string>) -> task<std::string> {
    co_await weft::yield();
    block();
    co_return "late";
  });
}

/// What a watch has named so far.
class named_stalls {
public:
  weft::stall_options options(const weft::http_server& server) {
    return {.threshold = threshold,
            .pause = 1h,
            .report = [this, &server](const weft::stall_report& found) {
              const std::string work = server.work_of(found.task);
              std::lock_guard lock(mutex_);
              all_.push_back(work);
            }};
  }
  std::vector<std::string> all() {
    std::lock_guard lock(mutex_);
    return all_;
  }

private:
  std::mutex mutex_;
  std::vector<std::string> all_;
};

task<> stall_once(weft::http_handler& handler, std::string request, named_stalls& seen) {
  running_server server(on_a_free_port(), &handler);
  server.start();
  {
    const weft::stall_watch watch(weft::scheduler::current(), seen.options(server.server()));
    const auto answer = co_await exchange(server, std::move(request));
    CHECK(answer.starts_with("HTTP/1.1 200 "));
  }
  co_await server.stop();
}

std::vector<std::string> stalls_of(const named_model& m, weft::http_handler& handler,
                                   std::string request) {
  named_stalls seen;
  run_under(m, stall_once(handler, std::move(request), seen));
  return seen.all();
}

}  // namespace

TEST_CASE("a handler that blocks its thread is reported once, with its method and route") {
  weft::app app;
  add_routes(app);
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    CHECK(stalls_of(m, app, get("/items/7", last)) == std::vector<std::string>{"GET /items/{id}"});
    CHECK(stalls_of(m, app, post("/late/x", "", last)) ==
          std::vector<std::string>{"POST /late/{name}"});
  }
}

TEST_CASE("a handler without routes that blocks its thread is reported with its path") {
  streaming_handler handler([](const weft::request&, weft::response&) -> task<> {
    block();
    co_return;
  });
  for (const auto& m : serving_models()) {
    CAPTURE(m.name);
    CHECK(stalls_of(m, handler, get("/a/path?and=query", last)) ==
          std::vector<std::string>{"GET /a/path"});
  }
}
