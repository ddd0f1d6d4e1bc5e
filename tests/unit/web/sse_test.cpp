#include "support/models.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace weft::test;
using weft::condition;
using weft::result;
using weft::sse_event;
using weft::task;

struct reading_of_a_sensor {
  std::string place;
  double degrees = 0;
};
BOOST_DESCRIBE_STRUCT(reading_of_a_sensor, (), (place, degrees))

namespace {

/// What is written, with the time at which it was.
class recorder final : public weft::body_writer {
public:
  task<result<void>> write(std::string_view bytes) override {
    if (count_ == fails_at_) co_return make_error_code(condition::closed);
    ++count_;
    note(bytes);
    co_return result<void>();
  }
  task<result<void>> write_file(const weft::file&, std::uint64_t, std::uint64_t) override {
    co_return make_error_code(condition::refused);
  }
  task<result<void>> flush() override {
    note("head");
    co_return result<void>();
  }
  void add_trailer(std::string_view, std::string_view) override {}

  /// "1s text" for each.
  const std::vector<std::string>& log() const { return log_; }
  void fail_at(int write) { fails_at_ = write; }

private:
  void note(std::string_view what) {
    const auto passed = weft::scheduler::current().now() - begin_;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(passed).count();
    log_.push_back(std::to_string(seconds) + "s " + std::string(what));
  }

  weft::time_point begin_ = weft::scheduler::current().now();
  std::vector<std::string> log_;
  int count_ = 0;
  int fails_at_ = -1;
};

/// The answer that a handler's sse becomes; it owns the producer.
template <class F>
std::shared_ptr<weft::response> answer_of(F write, weft::sse_options options) {
  const weft::request req;
  auto res = std::make_shared<weft::response>();
  const weft::detail::state_table none;
  weft::context ctx(none, req, *res);
  weft::sse(std::move(write), options).reply_to(ctx);
  return res;
}

/// What a stream of events writes in virtual time.
template <class F>
std::vector<std::string> log_of(F write, weft::sse_options options, int fails_at = -1) {
  std::vector<std::string> all;
  const auto answer = answer_of(std::move(write), options);
  run_seeded([](auto what, auto& log, int failing) -> task<> {
    recorder out;
    out.fail_at(failing);
    co_await what->producer()->produce(out);
    log = out.log();
  }(answer, all, fails_at));
  return all;
}

}  // namespace

TEST_CASE("an event is written field by field, with a line of data for each line") {
  CHECK(sse_event("a").text() == "data: a\n\n");
  CHECK(sse_event("").text() == "data: \n\n");
  CHECK(sse_event(" a: b").text() == "data:  a: b\n\n");
  CHECK(sse_event("a\nb").text() == "data: a\ndata: b\n\n");
  CHECK(sse_event("a\r\nb\rc\n\nd").text() == "data: a\ndata: b\ndata: c\ndata: \ndata: d\n\n");
  CHECK(sse_event("a\n").text() == "data: a\ndata: \n\n");
  CHECK(sse_event("\r\n").text() == "data: \ndata: \n\n");
  CHECK(sse_event("a").event("tick").id("7").retry(3s).text() ==
        "event: tick\nid: 7\nretry: 3000\ndata: a\n\n");
  CHECK(sse_event("a").id("").text() == "id: \ndata: a\n\n");  // which forgets the last id
  CHECK(sse_event::json(reading_of_a_sensor{"roof\n", 3.5}).text() ==
        "data: {\"place\":\"roof\\n\",\"degrees\":3.5}\n\n");
}

TEST_CASE("data cannot begin a field or an event of its own") {
  const auto text = sse_event("x\n\nevent: admin\rid: 9\r\ndata: forged\n\n").text();
  CHECK(text ==
        "data: x\ndata: \ndata: event: admin\ndata: id: 9\ndata: data: forged\ndata: \ndata: \n\n");
}

TEST_CASE("a line end in a name or an id is refused") {
  for (const auto& bad : {"a\nb"s, "a\rb"s, "\r\n"s, "a\n\ndata: forged"s}) {
    CHECK_THROWS_AS(sse_event("x").event(bad), std::invalid_argument);
    CHECK_THROWS_AS(sse_event("x").id(bad), std::invalid_argument);
  }
  CHECK_THROWS_AS(sse_event("x").id("a\0b"s), std::invalid_argument);
  CHECK_THROWS_AS(sse_event("x").retry(-1ms), std::invalid_argument);
  sse_event kept("x");
  kept.event("good").id("1");
  CHECK_THROWS_AS(kept.id("2\n"), std::invalid_argument);
  CHECK(kept.text() == "event: good\nid: 1\ndata: x\n\n");
}

TEST_CASE("the head goes out at once, and a silence is filled with comments") {
  const auto write = [](weft::sse_writer& events) -> task<> {
    (void)co_await weft::sleep(35s);
    (void)co_await events.send("a");
    (void)co_await weft::sleep(30s);
    (void)co_await events.send("b");
  };
  const std::vector<std::string> expected = {"0s head",   "10s :\n\n",       "20s :\n\n",
                                             "30s :\n\n", "35s data: a\n\n", "50s :\n\n",
                                             "60s :\n\n", "65s data: b\n\n"};
  CHECK(log_of(write, {.heartbeat = 10s}) == expected);
  const std::vector<std::string> quiet = {"0s head", "35s data: a\n\n", "65s data: b\n\n"};
  CHECK(log_of(write, {.heartbeat = weft::duration::max()}) == quiet);
  CHECK(log_of(write, {.heartbeat = 100s}) == quiet);
}

TEST_CASE("a heartbeat that is not positive is refused") {
  const auto nothing = [](weft::sse_writer&) -> task<> { co_return; };
  CHECK_THROWS_AS(weft::sse(nothing, {.heartbeat = 0s}), std::invalid_argument);
  CHECK_THROWS_AS(weft::sse(nothing, {.heartbeat = -1s}), std::invalid_argument);
}

TEST_CASE("a heartbeat that nobody takes ends the waits of the function") {
  std::vector<std::string> ends;
  const auto write = [&ends](weft::sse_writer& events) -> task<> {
    (void)co_await events.send("a");
    const std::error_code end = co_await weft::sleep(1h);
    ends.push_back(end == condition::canceled ? "canceled" : "in time");
  };
  const std::vector<std::string> expected = {"0s head", "0s data: a\n\n", "20s :\n\n"};
  CHECK(log_of(write, {.heartbeat = 10s}, 2) == expected);
  CHECK(ends == std::vector<std::string>{"canceled"});
}

TEST_CASE("what the function throws comes out, and nothing runs on") {
  const auto write = [](weft::sse_writer& events) -> task<> {
    (void)co_await events.send("a");
    throw std::runtime_error("planned");
  };
  for (const auto& m : every_model()) {
    CAPTURE(m.name);
    const auto answer = answer_of(write, {.heartbeat = 1h});
    std::string what;
    run_under(m, [](auto made, auto& caught) -> task<> {
      recorder out;
      try {
        co_await made->producer()->produce(out);
      } catch (const std::runtime_error& e) {
        caught = e.what();
      }
    }(answer, what));
    CHECK(what == "planned");
  }
}

TEST_CASE("an id that does not fit is as none") {
  const auto last_of = [](const std::string& sent) {
    const std::vector<weft::header_field> fields = {{"last-event-id", sent}};
    weft::request req;
    req.set_headers(fields);
    weft::response res;
    const weft::detail::state_table none;
    weft::context ctx(none, req, res);
    const auto number = weft::last_event_id<int>::extract(ctx);
    CHECK(ctx.rejection() == nullptr);
    return (*number)->value_or(-1);
  };
  CHECK(last_of("17") == 17);
  CHECK(last_of("") == -1);
  CHECK(last_of("x") == -1);
  CHECK(last_of("99999999999999999999") == -1);
}
