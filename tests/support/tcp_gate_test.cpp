#include "support/tcp_gate.hpp"

#include "support/plain_socket.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Blocking sockets of this thread on both sides of the gate: what passes is looked at without weft.

namespace {

using namespace std::chrono_literals;
using weft::test::connected_to;
using weft::test::gate_rules;
using weft::test::gate_script;
using weft::test::listening_on_loopback;
using weft::test::plain_socket;
using weft::test::port_of;
using weft::test::tcp_gate;
using cut = gate_rules::cut;

/// What arrives, receive by receive, until the end of the stream (error 0) or a reset.
struct arrival {
  std::string text;
  std::vector<std::size_t> pieces;
  int error = 0;
};

arrival receive(const plain_socket& from, std::size_t most = SIZE_MAX) {
  arrival all;
  while (all.text.size() < most) {
    if (!from.has_something_within(10s)) {
      all.error = ETIMEDOUT;
      break;
    }
    const ssize_t got = from.receive(all.text);
    if (got < 0) all.error = errno;
    if (got <= 0) break;
    all.pieces.push_back(static_cast<std::size_t>(got));
  }
  return all;
}

/// A listening socket, a gate before it, and connections through it.
class passage {
public:
  template <class Script>
  explicit passage(Script script)
      : listening_(listening_on_loopback()),
        gate_({"127.0.0.1", port_of(listening_)}, std::move(script)) {}

  std::pair<plain_socket, plain_socket> connect() {
    plain_socket client = connected_to(gate_.address().port);
    REQUIRE(client.is_open());
    plain_socket server(::accept(listening_.descriptor(), nullptr, nullptr));
    REQUIRE(server.is_open());
    return {std::move(client), std::move(server)};
  }
  const tcp_gate& gate() const { return gate_; }

private:
  const plain_socket listening_;
  tcp_gate gate_;
};

std::string text_of(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

}  // namespace

TEST_CASE("a gate without rules passes bytes and ends on, in both directions") {
  passage p(gate_script{});
  auto [client, server] = p.connect();
  const auto request = text_of(100'000);
  client.send(request);
  client.finish_writing();
  CHECK(receive(server).text == request);
  server.send("answer");
  server.finish_writing();
  const auto answer = receive(client);
  CHECK(answer.text == "answer");
  CHECK(answer.error == 0);
  CHECK(p.gate().passed_to_server() == request.size());
  CHECK(p.gate().passed_to_client() == 6);
  CHECK(p.gate().connections() == 1);
}

TEST_CASE("a reset of one side reaches the other") {
  passage p(gate_script{});
  auto [client, server] = p.connect();
  client.send("x");
  CHECK(receive(server, 1).text == "x");
  client.reset();
  CHECK(receive(server).error == ECONNRESET);
}

TEST_CASE("a gate ends a direction after n bytes, and the other one goes on") {
  for (const std::size_t n : {0U, 1U, 5U, 20'000U}) {
    CAPTURE(n);
    passage p(gate_script{.to_client = {.cut_at = n, .how = cut::finish}});
    auto [client, server] = p.connect();
    server.send(text_of(20'001));
    const auto cut_short = receive(client);
    CHECK(cut_short.text == text_of(n));
    CHECK(cut_short.error == 0);
    client.send("still");
    CHECK(receive(server, 5).text == "still");
  }
}

TEST_CASE("a gate resets both sides after n bytes") {
  for (const bool to_server : {true, false}) {
    CAPTURE(to_server);
    const gate_rules rules{.cut_at = 5, .how = cut::reset};
    passage p(to_server ? gate_script{.to_server = rules} : gate_script{.to_client = rules});
    auto [client, server] = p.connect();
    auto& from = to_server ? client : server;
    auto& to = to_server ? server : client;
    from.send("0123456789");
    const auto cut_short = receive(to);
    // A reset may overtake what came before it.
    CHECK(std::string("01234").starts_with(cut_short.text));
    CHECK(cut_short.error == ECONNRESET);
    CHECK(receive(from).error == ECONNRESET);
  }
}

TEST_CASE("a gate that falls silent passes nothing on and tells nobody") {
  passage p(gate_script{.to_server = {.cut_at = 3, .how = cut::silence}});
  auto [client, server] = p.connect();
  client.send("0123456789");
  CHECK(receive(server, 3).text == "012");
  CHECK_FALSE(server.has_something_within(50ms));
  server.send("answer");
  CHECK(receive(client, 6).text == "answer");
  CHECK_FALSE(client.has_something_within(10ms));
}

TEST_CASE("a gate inverts one byte of a direction") {
  for (const std::size_t n : {0U, 7U, 16'383U, 16'384U}) {
    CAPTURE(n);
    passage p(gate_script{.to_server = {.flip_at = n}});
    auto [client, server] = p.connect();
    auto expected = text_of(20'000);
    client.send(expected);
    client.finish_writing();
    expected[n] = static_cast<char>(~expected[n]);
    CHECK(receive(server).text == expected);
  }
}

TEST_CASE("a gate splits a direction into pieces that arrive one by one") {
  passage p(gate_script{.to_server = {.piece = 3, .delay = 5ms}});
  auto [client, server] = p.connect();
  client.send("0123456789");
  client.finish_writing();
  const auto arrived = receive(server);
  CHECK(arrived.text == "0123456789");
  // On a busy machine the receiver may be late, and find two together.
  CHECK(arrived.pieces.size() >= 2);
  CHECK(arrived.pieces.front() % 3 == 0);
}

TEST_CASE("a gate delays each piece, and throttles by its size") {
  const auto passing = [](const gate_script& script) {
    passage p(script);
    auto [client, server] = p.connect();
    const auto begin = std::chrono::steady_clock::now();
    client.send(text_of(1000));
    CHECK(receive(server, 1000).text == text_of(1000));
    return std::chrono::steady_clock::now() - begin;
  };
  CHECK(passing({.to_server = {.delay = 60ms}}) >= 60ms);
  CHECK(passing({.to_server = {.piece = 100, .bytes_per_second = 10'000}}) >= 100ms);
}

TEST_CASE("each connection has a script of its own, and a gate that ends resets what is left") {
  std::optional<passage> p;
  p.emplace([](std::size_t n) {
    return n == 1 ? gate_script{.to_client = {.cut_at = 0}} : gate_script{};
  });
  auto [first, first_server] = p->connect();
  auto [second, second_server] = p->connect();
  second_server.send("x");
  CHECK(receive(second).text.empty());
  first_server.send("x");
  CHECK(receive(first, 1).text == "x");
  CHECK(p->gate().connections() == 2);
  CHECK(p->gate().live() == 2);
  p.reset();
  CHECK(receive(first_server).error != ETIMEDOUT);
}

TEST_CASE("a connection to a server that is not there is reset") {
  const tcp_gate gate({"127.0.0.1", 1}, gate_script{});
  const plain_socket client = connected_to(gate.address().port);
  REQUIRE(client.is_open());
  CHECK(receive(client).error == ECONNRESET);
}
