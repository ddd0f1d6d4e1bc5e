#include "promises/background_server.hpp"
#include "promises/faults.hpp"
#include "promises/plain_client.hpp"
#include "support/captured_stderr.hpp"
#include "unit/http/streaming_handler.hpp"

#include <weft/http/file_body.hpp>
#include <weft/net/file.hpp>

#include <catch2/catch_test_macros.hpp>

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// A system call, or an allocation, fails at its n-th call, for n from 1 on until a visit to the
// server goes through without reaching it. The client's thread is spared.

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::request;
using weft::response;
using weft::task;

const std::string& chunk_of_text() {
  static const std::string text(30'000, 'c');
  return text;
}

/// A file of 100,000 bytes, without a name.
int scratch_descriptor() {
  static const int descriptor = [] {
    std::string path = "/tmp/weft_nth_call_XXXXXX";
    const int opened = ::mkstemp(path.data());
    ::unlink(path.c_str());
    const std::string content(100'000, 'f');
    return ::write(opened, content.data(), content.size()) == 100'000 ? opened : -1;
  }();
  return descriptor;
}

task<> write_three_pieces(weft::body_writer& out) {
  for (int i = 0; i < 3; ++i) {
    const auto written = co_await out.write("piece ");
    if (!written) co_return;
  }
}

task<> answer(const request& req, response& res) {
  if (req.path() == "/file") {
    weft::file from(::dup(scratch_descriptor()));
    res.set_producer(std::make_shared<weft::http::file_body>(std::move(from), 0, 100'000), 100'000);
  } else if (req.path() == "/pieces") {
    produce(res, &write_three_pieces);
  } else if (req.path() == "/body") {
    weft::body_stream body(req);
    const body_read all = co_await read_all(body);
    res.body().append(std::to_string(all.text.size()));
  } else {
    res.body().append(chunk_of_text());
  }
}

struct exchange_of_visit {
  std::string request;
  std::string body;  // of its answer
};

const std::vector<exchange_of_visit>& exchanges() {
  static const std::vector<exchange_of_visit> all{
      {get("/text"), chunk_of_text()},
      {post("/body", chunk_of_text()), "30000"},
      {get("/pieces"), "piece piece piece "},
      {get("/file"), std::string(100'000, 'f')},
  };
  return all;
}

/// Asks for everything on one connection. @return whether all of it was answered
bool asks_for_all(plain_client& client) {
  for (const auto& [request, body] : exchanges()) {
    const auto answer = client.ask(request);
    INFO("asked: " << request.substr(0, request.find('\r')) << ", ended as "
                   << static_cast<int>(answer.how) << ", status " << answer.status);
    REQUIRE(answer.is_clean());
    if (answer.is(200)) CHECK(answer.body == body);
    if (!answer.is(200)) return false;
  }
  return true;
}

/// One connection that has been there for a while, and new ones.
class visitor {
public:
  explicit visitor(std::uint16_t port) : port_(port), held_(port) {
    CHECK(held_.ask(get("/text")).is(200));
  }

  /// @return how many connections were lost
  int visit() { return use_held() + use_fresh() + use_fresh(); }
  /// As visit(): the fault may have met the held connection when it had been used. What was lost is
  /// made again.
  int visit_again() {
    const int lost = use_held();
    if (!held_.is_open()) held_ = plain_client(port_);
    return lost;
  }
  bool is_served() { return use_held() + use_fresh() == 0; }

private:
  int use_held() { return held_.is_open() && asks_for_all(held_) ? 0 : lose_held(); }
  int lose_held() {
    const bool is_news = held_.is_open();
    held_.close();
    return is_news ? 1 : 0;
  }
  int use_fresh() const {
    plain_client fresh(port_);
    return asks_for_all(fresh) ? 0 : 1;
  }

  const std::uint16_t port_;
  plain_client held_;
};

struct fault {
  fallible what;
  int error;
  int most_lost;  // connections
};

/// @return how often the call failed
int fail_each_call(const named_model& m, const fault& f) {
  const std::size_t descriptors = open_descriptors();
  streaming_handler handler(&answer);
  auto server = std::make_unique<background_server>(m, handler);
  std::int64_t nth = 1;
  {
    visitor client(server->port());
    CHECK(client.visit() == 0);  // what is made once is made now
    for (bool has_failed = true; has_failed && nth < 1000; ++nth) {
      CAPTURE(m.name, static_cast<int>(f.what), f.error, nth);
      int lost = 0;
      {
        const failing_call armed(f.what, nth, f.error);
        lost = client.visit();
        has_failed = armed.has_failed();
      }
      lost += client.visit_again();
      CHECK(lost <= f.most_lost);
      REQUIRE(client.is_served());
    }
  }
  CHECK(nth < 1000);
  CHECK(within_reason([&] { return server->server().connections() == 0; }));
  CHECK(server->stop());
  server.reset();
  CHECK(open_descriptors() == descriptors);
  return static_cast<int>(nth) - 2;
}

void expect_service_goes_on(const std::vector<named_model>& models,
                            const std::vector<fault>& faults) {
  const spared_thread spared;
  (void)scratch_descriptor();
  const captured_stderr quiet;
  for (const auto& m : models)
    for (const auto& f : faults) CHECK(fail_each_call(m, f) > 0);
}

std::vector<named_model> one_loop(weft::io_kind io) {
  return {{"event_loop, " + std::string(name_of(io)), weft::event_loop{}, io}};
}

}  // namespace

TEST_CASE("an accept that fails at its n-th call loses no connection") {
  expect_service_goes_on(serving_models_with_io(), {{fallible::accept, EINTR, 0},
                                                    {fallible::accept, ECONNABORTED, 0},
                                                    {fallible::accept, EPROTO, 0}});
  for (const auto io : {weft::io_kind::portable, weft::io_kind::direct})
    expect_service_goes_on(one_loop(io), {{fallible::accept, EMFILE, 0},
                                          {fallible::accept, ENFILE, 0},
                                          {fallible::accept, ENOBUFS, 0},
                                          {fallible::accept, ENOMEM, 0}});
}

TEST_CASE("a recv that fails at its n-th call loses at most its own connection") {
  constexpr int one_byte = failing_call::moves_one_byte;
  expect_service_goes_on(serving_models_with_io(), {{fallible::recv, ECONNRESET, 1}});
  for (const auto io : {weft::io_kind::portable, weft::io_kind::direct})
    expect_service_goes_on(one_loop(io),
                           {{fallible::recv, EINTR, 0}, {fallible::recv, one_byte, 0}});
  // What the level-triggered driver was told and finds gone, it is told again.
  expect_service_goes_on(one_loop(weft::io_kind::direct), {{fallible::recv, EAGAIN, 0}});
}

TEST_CASE("a send that fails at its n-th call loses at most its own connection") {
  constexpr int one_byte = failing_call::moves_one_byte;
  expect_service_goes_on(serving_models_with_io(), {{fallible::send, EPIPE, 1}});
  for (const auto io : {weft::io_kind::portable, weft::io_kind::direct})
    expect_service_goes_on(one_loop(io), {{fallible::send, ENOBUFS, 1},
                                          {fallible::send, EINTR, 0},
                                          {fallible::send, EAGAIN, 0},
                                          {fallible::send, one_byte, 0}});
}

TEST_CASE("a sendfile that fails at its n-th call loses at most its own connection") {
  constexpr int one_byte = failing_call::moves_one_byte;
  for (const auto io : {weft::io_kind::portable, weft::io_kind::direct})
    expect_service_goes_on(one_loop(io), {{fallible::sendfile, EIO, 1},
                                          {fallible::sendfile, EINTR, 0},
                                          {fallible::sendfile, EAGAIN, 0},
                                          {fallible::sendfile, EINVAL, 0},
                                          {fallible::sendfile, one_byte, 0}});
}

TEST_CASE("an epoll_ctl that fails at its n-th call loses at most its own connection") {
  expect_service_goes_on(serving_models_with_io(),
                         {{fallible::epoll_ctl, ENOMEM, 1}, {fallible::epoll_ctl, ENOSPC, 1}});
}

TEST_CASE("an epoll_wait that is interrupted at its n-th call loses nothing") {
  expect_service_goes_on(serving_models_with_io(), {{fallible::epoll_wait, EINTR, 0}});
}

TEST_CASE("a thread that gets no driver of its own loses at most its connection") {
  const spared_thread spared;
  const captured_stderr quiet;
  for (const auto io : {weft::io_kind::portable, weft::io_kind::direct}) {
    for (const auto what : {fallible::epoll_create, fallible::eventfd, fallible::timerfd}) {
      std::int64_t nth = 1;
      for (bool has_failed = true; has_failed && nth < 1000; ++nth) {
        CAPTURE(name_of(io), static_cast<int>(what), nth);
        streaming_handler handler(&answer);
        background_server server({"threads", weft::threads{.max = 4}, io}, handler);
        {
          const failing_call armed(what, nth, EMFILE);
          plain_client first(server.port());
          (void)asks_for_all(first);  // or it ends
          has_failed = armed.has_failed();
        }
        plain_client next(server.port());
        REQUIRE(asks_for_all(next));
        next.close();
        CHECK(server.stop());
      }
      CHECK(nth > 2);
      CHECK(nth < 1000);
    }
  }
}

TEST_CASE("a listening socket that the system refuses is an error of open()") {
  streaming_handler handler(&answer);
  const std::size_t descriptors = open_descriptors();
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    const failing_call armed(fallible::socket, 1, EMFILE);
    CHECK_THROWS_AS(background_server(m, handler), std::runtime_error);
    CHECK(armed.has_failed());
  }
  CHECK(open_descriptors() == descriptors);
}

#ifdef WEFT_REPLACES_NEW
namespace {

/// @return whether an allocation failed
bool begin_to_serve_without(std::int64_t nth, const named_model& m) {
  streaming_handler handler(&answer);
  std::optional<failing_call> armed;
  background_server server(m, handler, {}, [&] { armed.emplace(fallible::allocation, nth, 0); });
  plain_client client(server.port());
  client.send(get("/text"));
  // An answer, or the end: who waits in the backlog of a server that has not begun is told.
  CHECK(within_reason([&] { return client.has_something(); }));
  REQUIRE(armed.has_value());
  const bool has_failed = armed->has_failed();
  armed.reset();
  const auto answer = client.read_answer();
  CHECK(answer.is_clean());
  if (!has_failed) CHECK(answer.is(200));
  client.close();
  plain_client next(server.port());
  const bool serves = next.ask(get("/text")).is(200);
  next.close();
  if (!serves) CHECK(within_reason([&] { return server.has_ended(); }));
  CHECK(server.stop() == serves);
  return has_failed;
}

}  // namespace

TEST_CASE("a server that finds no memory as it begins to serve ends with that error, or serves") {
  const spared_thread spared;
  const captured_stderr quiet;
  for (const auto& m : serving_models_with_io()) {
    std::int64_t nth = 1;
    for (bool has_failed = true; has_failed && nth < 1000; ++nth) {
      CAPTURE(m.name, nth);
      has_failed = begin_to_serve_without(nth, m);
    }
    CAPTURE(m.name);
    CHECK(nth > 2);
    CHECK(nth < 1000);
  }
}

// The portable listener takes memory for each wait.
TEST_CASE("while there is no memory a server tries to accept now and then") {
  const spared_thread spared;
  const captured_stderr quiet;
  streaming_handler handler(&answer);
  background_server server(one_loop(weft::io_kind::portable).front(), handler);
  plain_client first(server.port());
  CHECK(first.ask(get("/text")).is(200));
  {
    const failing_call armed(fallible::allocation, 1, 0, failing_call::lasting::yes);
    plain_client lost(server.port());
    CHECK(within_reason([&] { return armed.failures() > 2; }));
    const auto before = armed.failures();
    std::this_thread::sleep_for(200ms);
    CHECK(armed.failures() - before < 200);
  }
  plain_client next(server.port());
  CHECK(next.ask(get("/text")).is(200));
  first.close();
  next.close();
  CHECK(server.stop());
}

TEST_CASE("an allocation that fails at its n-th call loses at most its own connection") {
  expect_service_goes_on(serving_models_with_io(), {{fallible::allocation, 0, 1}});
}
#endif
