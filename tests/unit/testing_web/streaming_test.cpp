#include "each_client.hpp"

#include <weft/http/file_body.hpp>
#include <weft/net/file.hpp>
#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

using namespace std::chrono_literals;
using namespace weft::test;
using weft::body_writer;
using weft::condition;
using weft::http::client_request;
using weft::task;
using weft::testing::app_client;
using weft::testing::app_stream;
using weft::testing::event_reader;
using weft::testing::json_line_reader;
using weft::testing::user_agent;

namespace {

struct row {
  int number = 0;
};
BOOST_DESCRIBE_STRUCT(row, (), (number))

void add_routes(weft::app& app) {
  app.get("/three", [] {
    return weft::stream(
        [](body_writer& out) -> task<> {
          (void)co_await out.write("one ");
          (void)co_await out.write("");
          (void)co_await out.write("two ");
          (void)co_await weft::sleep(1ms);
          (void)co_await out.write("three");
          out.add_trailer("X-Sum", "3");
        },
        "text/plain");
  });
  app.get("/sized", [] {
    return weft::stream(
               [](body_writer& out) -> task<> {
                 (void)co_await out.write("12345");
                 out.add_trailer("X-Sum", "none is sent beside a length");
               },
               "text/plain")
        .length(5);
  });
  app.get("/events", [] {
    return weft::stream(
        [](body_writer& out) -> task<> {
          (void)co_await out.flush();
          for (int n = 1; n <= 3; ++n) {
            (void)co_await weft::sleep(2ms);
            (void)co_await out.write("id: " + std::to_string(n) + "\ndata: tick\n\n");
          }
        },
        "text/event-stream");
  });
  app.get("/rows", [] {
    return weft::stream_lines<row>([](weft::item_writer<row>& rows) -> task<> {
      for (int n = 1; n <= 2000; ++n) {
        const row one{n};
        const auto sent = co_await rows.write(one);
        if (!sent) co_return;
      }
    });
  });
  app.get("/fails/{when}", [](weft::path<std::string> when) {
    auto made = weft::stream(
        [when = *when](body_writer& out) -> task<> {
          if (when != "first") (void)co_await out.write("some");
          if (when != "short") throw std::runtime_error("planned");
        },
        "text/plain");
    if (*when == "short") made.length(9);
    return made;
  });
  app.get("/empty",
          [] { return weft::stream([](body_writer&) -> task<> { co_return; }, "text/plain"); });
}

}  // namespace

TEST_CASE("a streamed answer is collected, with its trailers") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    const auto three = client.get("/three");
    CHECK(three.body() == "one two three");
    REQUIRE(three.trailers().size() == 1);
    CHECK(three.trailers()[0].value == "3");
    CHECK(three.header("Transfer-Encoding") == "chunked");
    const auto sized = client.get("/sized");
    CHECK(sized.body() == "12345");
    CHECK(sized.header("Content-Length") == "5");
    CHECK(sized.trailers().empty());
    CHECK(client.send({"HEAD", "/sized"}).body().empty());
    CHECK(client.send({"HEAD", "/three"}).code() == 200);
    CHECK(client.get("/empty").body().empty());
  });
}

TEST_CASE("a streamed answer that fails is a 500 before its first byte, and cut short after it") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    CHECK(client.get("/fails/first").code() == 500);
    for (const std::string target : {"/fails/later", "/fails/short"}) {
      CAPTURE(target);
      try {
        client.get(target);
        FAIL_CHECK("it seems to be whole");
      } catch (const std::system_error& cut) {
        CHECK(cut.code() == condition::bad_input);
      }
    }
  });
}

TEST_CASE("an answer is read piece by piece as it is written") {
  weft::app app;
  add_routes(app);
  with_each_model(app, [](app_client& client) {
    const auto pieces = client.run([](user_agent& agent) -> task<std::vector<std::string>> {
      client_request request("GET", "/three");
      auto answer = co_await agent.open(std::move(request));
      std::vector<std::string> all;
      while (const auto piece = co_await answer.read()) all.emplace_back(*piece);
      all.emplace_back(answer.complete() ? "complete" : "cut");
      const auto after = co_await answer.read();
      all.emplace_back(after.error() == condition::eof ? "eof" : "?");
      co_return all;
    });
    CHECK(pieces == std::vector<std::string>{"one ", "two ", "three", "complete", "eof"});
  });
}

TEST_CASE("events and JSON Lines are read from an answer that goes on") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    const auto ids = client.run([](user_agent& agent) -> task<std::string> {
      client_request request("GET", "/events");
      auto answer = co_await agent.open(std::move(request));
      event_reader events(answer);
      std::string all;
      while (const auto event = co_await events.next()) all += event->id + event->data;
      co_return all + (answer.complete() ? "" : " cut");
    });
    CHECK(ids == "1tick2tick3tick");
    const auto sum = client.run([](user_agent& agent) -> task<int> {
      client_request request("GET", "/rows");
      auto answer = co_await agent.open(std::move(request));
      json_line_reader<row, app_stream> rows(answer);
      int all = 0;
      while (const auto one = co_await rows.next()) all += one->number;
      co_return all;
    });
    CHECK(sum == 2001 * 1000);
  });
}

TEST_CASE("a reader that is slow slows the writer down") {
  weft::app app;
  const auto written = std::make_shared<std::atomic<int>>(0);
  app.get("/endless", [written] {
    return weft::stream(
        [written](body_writer& out) -> task<> {
          for (;;) {
            const auto sent = co_await out.write("x");
            if (!sent) co_return;
            ++*written;
          }
        },
        "text/plain");
  });
  with_each_model(app, [&written](app_client& client) {
    *written = 0;
    client.run([&written](user_agent& agent) -> task<> {
      client_request request("GET", "/endless");
      auto answer = co_await agent.open(std::move(request));
      (void)co_await answer.read();
      (void)co_await weft::sleep(20ms);
      CHECK(*written >= 1);
      CHECK(*written <= 18);
    });
  });
}

TEST_CASE("a client that drops an answer has gone: writes fail, and in process waits end at once") {
  weft::app app;
  const auto gone = std::make_shared<weft::event>();
  app.get("/news/{pause}", [gone](weft::path<int> pause) {
    return weft::stream(
        [gone, pause = std::chrono::milliseconds(*pause)](body_writer& out) -> task<> {
          for (;;) {
            const auto sent = co_await out.write("news");
            if (!sent) break;
            const std::error_code cut = co_await weft::sleep(pause);
            if (cut) continue;
          }
          gone->set();
        },
        "text/plain");
  });
  const auto notices = [&gone](app_client& client, std::string target) {
    gone->reset();
    return client.run([&gone, target](user_agent& agent) -> task<bool> {
      {
        client_request request("GET", target);
        auto answer = co_await agent.open(std::move(request));
        const auto first = co_await answer.read();
        if (!first) co_return false;
      }
      const auto seen = co_await gone->wait();
      co_return seen.has_value();
    });
  };
  with_each_client(app, [&](app_client& client) { CHECK(notices(client, "/news/5")); });
  with_each_model(app, [&](app_client& client) { CHECK(notices(client, "/news/3600000")); });
}

TEST_CASE("a read that is cancelled ends the request") {
  weft::app app;
  app.get("/quiet", [] {
    return weft::stream(
        [](body_writer& out) -> task<> {
          (void)co_await out.flush();
          for (;;) {  // a server sees that its peer has finished when it writes
            (void)co_await weft::sleep(200ms);
            const auto sent = co_await out.write("late");
            if (!sent) co_return;
          }
        },
        "text/plain");
  });
  with_each_client(app, [](app_client& client) {
    const auto ends = client.run([](user_agent& agent) -> task<std::string> {
      client_request request("GET", "/quiet");
      auto answer = co_await agent.open(std::move(request));
      const auto first = co_await weft::with_timeout(20ms, answer.read());
      const auto second = co_await answer.read();
      std::string all = first.error() == condition::timed_out ? "late" : first.error().message();
      all += second.error() == condition::closed ? " closed" : second.error().message();
      co_return all;
    });
    CHECK(ends == "late closed");
  });
}

TEST_CASE("a stream that echoes its body reads and writes in turn") {
  class growing final : public weft::http::outgoing_body {
  public:
    task<weft::result<std::string_view>> read() override {
      if (++count_ > 40) co_return weft::make_error_code(condition::eof);
      now_ = std::to_string(count_) + ',';
      co_return std::string_view(now_);
    }

  private:
    int count_ = 0;
    std::string now_;
  };
  weft::app app;
  app.post("/echo", [](weft::body_stream body) -> task<weft::stream> {
    co_return weft::stream(
        [body = std::move(body)](body_writer& out) mutable -> task<> {
          while (const auto piece = co_await body.read()) {
            const auto sent = co_await out.write(*piece);
            if (!sent) co_return;
          }
          out.add_trailer("X-Complete", body.complete() ? "yes" : "no");
        },
        "text/plain");
  });
  std::string expected;
  for (int n = 1; n <= 40; ++n) expected += std::to_string(n) + ',';
  with_each_client(app, [&expected](app_client& client) {
    client_request request("POST", "/echo");
    request.set_body(std::make_shared<growing>());
    const auto answer = client.send(std::move(request));
    CHECK(answer.body() == expected);
    REQUIRE(answer.trailers().size() == 1);
    CHECK(answer.trailers()[0].value == "yes");
  });
}

TEST_CASE("a part of a file is an answer's body, and one that is too short is cut") {
  char name[] = "/tmp/weft_test_client_XXXXXX";
  const int made = mkstemp(name);
  REQUIRE(made >= 0);
  REQUIRE(write(made, "0123456789", 10) == 10);
  close(made);
  weft::app app;
  app.get("/part/{length}", [path = std::string(name)](weft::path<int> length) {
    weft::response res;
    auto opened = weft::file::open(path);
    const auto size = static_cast<std::uint64_t>(*length);
    res.set_producer(std::make_shared<weft::http::file_body>(std::move(*opened), 2, size), size);
    return res;
  });
  with_each_client(app, [](app_client& client) {
    CHECK(client.get("/part/5").body() == "23456");
    CHECK(client.get("/part/0").body().empty());
    CHECK_THROWS_AS(client.get("/part/9"), std::system_error);
  });
  unlink(name);
}
