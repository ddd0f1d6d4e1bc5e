#include "support/models.hpp"
#include "web/rate_counter.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using weft::detail::rate_counter;
using weft::rate_algorithm;
using weft::request_rate;

namespace {

constexpr weft::time_point begin{1h};

request_rate rate_of(std::uint64_t requests, weft::duration per, rate_algorithm algorithm) {
  request_rate rate;
  rate.requests = requests;
  rate.per = per;
  rate.algorithm = algorithm;
  return rate;
}

weft::task<> count_allowed(weft::rate_limit_store& store, std::string key, int times,
                           std::atomic<int>& allowed) {
  const auto rate = rate_of(10, 1h, rate_algorithm::token_bucket);
  for (int i = 0; i < times; ++i) {
    const auto verdict = co_await store.take(key, rate);
    if (verdict.allowed) ++allowed;
    co_await weft::yield();
  }
}

}  // namespace

TEST_CASE("a bucket gives all its tokens at once, and then one in each part of the time") {
  const auto rate = rate_of(3, 30s, rate_algorithm::token_bucket);
  rate_counter one;
  for (const std::uint64_t left : {2U, 1U, 0U}) {
    const auto verdict = one.take(rate, begin);
    CHECK(verdict.allowed);
    CHECK(verdict.remaining == left);
    CHECK(verdict.retry_after == 0s);
  }
  const auto refused = one.take(rate, begin + 1s);
  CHECK_FALSE(refused.allowed);
  CHECK(refused.remaining == 0);
  CHECK(refused.retry_after == 9s);
  CHECK(refused.reset == 29s);
  CHECK_FALSE(one.take(rate, begin + 10s - 1ns).allowed);
  CHECK(one.take(rate, begin + 10s).allowed);
  CHECK_FALSE(one.take(rate, begin + 10s).allowed);
  CHECK(one.take(rate, begin + 1h).remaining == 2);  // never more than all
}

TEST_CASE("a bucket is no fuller for what was refused") {
  const auto rate = rate_of(2, 2s, rate_algorithm::token_bucket);
  rate_counter one;
  int allowed = 0;
  for (auto now = begin; now < begin + 100s; now += 10ms) allowed += one.take(rate, now).allowed;
  CHECK(allowed == 101);  // two, and one a second
}

TEST_CASE("a window lets so many through in any stretch of its length") {
  const auto rate = rate_of(4, 60s, rate_algorithm::sliding_window);
  rate_counter one;
  for (const std::uint64_t left : {3U, 2U, 1U, 0U}) {
    const auto verdict = one.take(rate, begin);
    CHECK(verdict.allowed);
    CHECK(verdict.remaining == left);
  }
  const auto refused = one.take(rate, begin + 30s);
  CHECK_FALSE(refused.allowed);
  CHECK(refused.reset == 30s);
  CHECK(refused.retry_after == 45s);  // then a quarter of the four is out of sight
  CHECK_FALSE(one.take(rate, begin + 74s).allowed);
  CHECK(one.take(rate, begin + 75s).allowed);
  const auto next = one.take(rate, begin + 76s);
  CHECK_FALSE(next.allowed);
  CHECK(std::chrono::round<std::chrono::milliseconds>(next.retry_after) == 14s);
  CHECK(one.take(rate, begin + 90s).allowed);
  CHECK(one.take(rate, begin + 1h).remaining == 3);
}

TEST_CASE("when a request may be asked again, it is allowed") {
  for (const auto algorithm : {rate_algorithm::token_bucket, rate_algorithm::sliding_window}) {
    for (const std::uint64_t requests : {1U, 2U, 7U, 1000U}) {
      const auto rate = rate_of(requests, 1s, algorithm);
      rate_counter one;
      auto now = begin;
      for (int i = 0; i < 5000; ++i, now += 137us) {
        const auto verdict = one.take(rate, now);
        if (verdict.allowed) continue;
        INFO("requests " << requests << ", round " << i);
        REQUIRE(verdict.retry_after > 0s);
        REQUIRE(verdict.retry_after <= 2s);
        auto later = one;
        REQUIRE(later.take(rate, now + verdict.retry_after + 1us).allowed);
      }
    }
  }
}

TEST_CASE("keys have limits of their own, and tasks on all workers count together") {
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    const auto store = weft::local_rate_limits();
    std::atomic<int> one{0};
    std::atomic<int> other{0};
    const auto all = [](weft::rate_limit_store* s, std::atomic<int>* a,
                        std::atomic<int>* b) -> weft::task<> {
      weft::task_group group;
      for (int i = 0; i < 4; ++i) {
        group.go(count_allowed(*s, "a", 10, *a));
        group.go(count_allowed(*s, "b", 10, *b));
      }
      co_await group.join();
    };
    weft::test::run_under(m, all(store.get(), &one, &other));
    CHECK(one == 10);
    CHECK(other == 10);
  }
}

TEST_CASE("the clock of the bucket is the scheduler's") {
  const auto store = weft::local_rate_limits();
  const auto asked = [](weft::rate_limit_store* s) -> weft::task<std::vector<bool>> {
    const auto rate = rate_of(1, 10s, rate_algorithm::token_bucket);
    std::vector<bool> allowed;
    const std::vector<std::chrono::seconds> pauses = {0s, 9s, 1s};
    for (const auto pause : pauses) {
      co_await weft::sleep(pause);
      const auto verdict = co_await s->take("k", rate);
      allowed.push_back(verdict.allowed);
    }
    co_return allowed;
  };
  CHECK(weft::test::run_seeded(asked(store.get())) == std::vector<bool>{true, false, true});
}

TEST_CASE("of more keys than there is room for the oldest are forgotten, and no other") {
  const auto store = weft::local_rate_limits(32 * 4);
  const auto flood = [](weft::rate_limit_store* s) -> weft::task<bool> {
    const auto rate = rate_of(1, 1h, rate_algorithm::token_bucket);
    bool kept = true;
    (void)co_await s->take("mine", rate);
    for (int i = 0; i < 10'000; ++i) {
      (void)co_await s->take("other " + std::to_string(i), rate);
      const auto again = co_await s->take("mine", rate);  // in use, so it stays
      if (again.allowed) kept = false;
    }
    const auto old = co_await s->take("other 0", rate);
    co_return kept&& old.allowed;
  };
  CHECK(weft::test::run_seeded(flood(store.get())));
}

TEST_CASE("a long key is told from others that begin alike") {
  const auto store = weft::local_rate_limits();
  const auto asked = [](weft::rate_limit_store* s) -> weft::task<std::string> {
    const auto rate = rate_of(1, 1h, rate_algorithm::token_bucket);
    std::string seen;
    const std::vector<std::string> keys = {std::string(128, 'x') + "a", std::string(128, 'x') + "b",
                                           std::string(128, 'x') + "a", std::string(5000, 'x'),
                                           std::string(5000, 'x'),      ""};
    for (const auto& key : keys) {
      const auto verdict = co_await s->take(key, rate);
      seen += verdict.allowed ? '+' : '-';
    }
    co_return seen;
  };
  CHECK(weft::test::run_seeded(asked(store.get())) == "++-+-+");
}
