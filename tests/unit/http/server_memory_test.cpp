#include "running_server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>

using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using weft::task;

namespace {

// The least allocation that fails.
std::atomic<std::size_t> too_much{SIZE_MAX};

/// Answers with more than the server may allocate when it writes the answer.
class starving_handler final : public weft::http_handler {
public:
  task<> handle(const weft::request& req, weft::response& res) override {
    res.body().append(req.target());
    if (req.path() != "/starve") co_return;
    res.body().append(std::string(300'000, 's'));
    too_much = 250'000;
  }
};

}  // namespace

// Not inlined: g++ would see free() of what operator new returned, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const memory = size < too_much ? std::malloc(size) : nullptr;
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

TEST_CASE("a connection that runs out of memory ends, and the others go on") {
  under_each_model([]() -> task<> {
    starving_handler handler;
    running_server server(on_a_free_port(), &handler);
    server.start();
    auto other = co_await server.connect();
    co_await write(other, get("/first"));
    co_await read_until(other, "/first");
    const auto nothing = co_await exchange(server, get("/starve"));
    too_much = SIZE_MAX;
    CHECK(nothing.empty());
    co_await write(other, get("/second", last));
    const auto answer = co_await read_to_end(other);
    CHECK_THAT(answer, ContainsSubstring("/second"));
    { const auto closing = std::move(other); }
    co_await server.stop();
    CHECK(server.server().connections() == 0);
  });
}
