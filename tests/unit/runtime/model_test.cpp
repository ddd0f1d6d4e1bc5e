#include <weft/runtime/model.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <variant>

namespace {

using weft::condition;
using weft::model;

TEST_CASE("each model that serves is found by its name") {
  for (const std::string name : {"event_loop", "gil", "threads", "sharded", "parallel"}) {
    CAPTURE(name);
    const auto found = weft::parse_model(name);
    REQUIRE(found.has_value());
    CHECK(weft::name_of(*found) == name);
    CHECK(weft::model_names().find(name) != std::string_view::npos);
  }
}

TEST_CASE("other names are bad input, the test model's among them") {
  for (const std::string name : {"", "Parallel", "gil ", "thread", "deterministic"}) {
    CAPTURE(name);
    const auto found = weft::parse_model(name);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error() == condition::bad_input);
  }
}

TEST_CASE("the worker count is what the model says, within bounds") {
  CHECK(weft::worker_count(weft::event_loop{}) == 1);
  CHECK(weft::worker_count(weft::deterministic{7}) == 1);
  CHECK(weft::worker_count(weft::gil{.threads = 3}) == 3);
  CHECK(weft::worker_count(weft::gil{.threads = 0}) == 1);
  CHECK(weft::worker_count(weft::parallel{.workers = 5}) == 5);
  CHECK(weft::worker_count(weft::parallel{.workers = 1'000}) == 64);
  CHECK(weft::worker_count(weft::sharded{.shards = 3}) == 3);
  CHECK(weft::worker_count(weft::sharded{.shards = 100}) == 100);
  CHECK(weft::worker_count(weft::threads{.max = 1'000}) == 1'000);
  CHECK(weft::worker_count(weft::threads{.max = 0}) == 1);
  CHECK(weft::worker_count(weft::threads{.max = 1'000'000}) == 4'096);
}

TEST_CASE("parallel and sharded without a number have a worker for each usable core") {
  const unsigned count = weft::worker_count(weft::parallel{});
  CHECK(count >= 1);
  CHECK(count <= 64);
  CHECK(weft::worker_count(weft::sharded{}) >= count);
}

}  // namespace
