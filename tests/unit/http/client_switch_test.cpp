#include "scripted_peer.hpp"
#include "streaming_handler.hpp"

#include <weft/http/client.hpp>
#include <weft/http/takeover.hpp>
#include <weft/runtime/deadline.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/temporary_folder.hpp"

// The client on connections that become something else, or that are no TCP connections.

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using weft::condition;
using weft::endpoint;
using weft::http::client;
using weft::http::client_options;
using weft::http::client_request;
using weft::http::upgraded_stream;
using weft::http_method;
using weft::http_status;
using weft::request;
using weft::response;
using weft::task;

namespace {

/// Sends back what comes, in brackets.
class bracket_echo final : public weft::http::takeover {
public:
  task<> run(upgraded_stream& stream) override {
    std::array<char, 64> buffer;
    for (;;) {
      const auto got = co_await stream.read_some(buffer);
      if (!got) co_return;
      const std::string answer = '[' + std::string(buffer.data(), *got) + ']';
      const auto sent = co_await stream.write_all(answer);
      if (!sent) co_return;
    }
  }
};

task<> upgrade_or_tell(const request& req, response& res) {
  if (req.path() == "/up") res.set_takeover("brackets", std::make_shared<bracket_echo>());
  else res.body().append(req.header("Upgrade").value_or("plain"));
  co_return;
}

client_request get_from(std::string url) {
  return client_request(http_method::get, std::move(url));
}

task<std::string> read_up_to(upgraded_stream& stream, std::size_t size) {
  std::string text;
  std::array<char, 64> buffer;
  while (text.size() < size) {
    auto got = co_await stream.read_some(buffer);
    if (!got) break;
    text.append(buffer.data(), *got);
  }
  co_return text;
}

task<std::string> echoed(upgraded_stream& stream, std::string text) {
  const auto size = text.size() + 2;
  auto sent = co_await stream.write_all(text);
  if (!sent) co_return sent.error().message();
  auto back = co_await read_up_to(stream, size);
  co_return back;
}

/// How asking for an upgrade ended: the status, or the error.
task<std::string> asked(client& c, std::string url) {
  auto got = co_await c.upgrade(get_from(std::move(url)), "brackets");
  if (!got) co_return got.error().message();
  std::string status = std::to_string(static_cast<int>(got->status()));
  co_return status + (got->has_switched() ? " switched" : "");
}

client through(endpoint proxy, std::size_t most = 32) {
  client_options options;
  options.proxy = std::move(proxy);
  options.proxy_authorization = "Basic abc";
  options.max_connections_per_host = most;
  return client(std::move(options));
}

}  // namespace

TEST_CASE("an upgrade gives the connection, with what was read ahead") {
  under_each_model([]() -> task<> {
    streaming_handler handler(&upgrade_or_tell);
    running_server server(on_a_free_port(), &handler);
    server.start();
    const std::string url = "http://" + to_string(server.server().local());
    {
      client c;
      auto opened = co_await c.upgrade(get_from(url + "/up"), "Brackets");
      REQUIRE(opened.has_value());
      CHECK(opened->status() == http_status::switching_protocols);
      REQUIRE(opened->has_switched());
      auto stream = std::move(*opened).take_stream();
      CHECK(stream.remote() == server.server().local());
      const auto one = co_await echoed(stream, "one");
      const auto two = co_await echoed(stream, "two");
      CHECK(one == "[one]");
      CHECK(two == "[two]");
      CHECK(c.counts().open == 1);
      CHECK(c.counts().idle == 0);
      CHECK(!opened->has_switched());
      CHECK_THROWS_AS(std::move(*opened).take_stream(), std::logic_error);
    }
    co_await server.stop();
  });
}

TEST_CASE("what came with the 101 is the first that the stream gives") {
  under_each_model([]() -> task<> {
    scripted_peer peer(
        answering({"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
                   "Upgrade: brackets\r\n\r\nhello"}));
    co_await peer.start();
    {
      client c;
      auto opened = co_await c.upgrade(get_from(peer.url()), "brackets");
      REQUIRE(opened.has_value());
      auto stream = std::move(*opened).take_stream();
      const auto text = co_await read_up_to(stream, 100);
      CHECK(text == "hello");
      const auto head = peer.heads().front();
      CHECK(count(head, "\r\nConnection: upgrade\r\n") == 1);
      CHECK(count(head, "\r\nUpgrade: brackets\r\n") == 1);
    }
    co_await peer.stop();
  });
}

TEST_CASE("a server that does not switch answers as ever, and its connection is kept") {
  under_each_model([]() -> task<> {
    streaming_handler handler(&upgrade_or_tell);
    running_server server(on_a_free_port(), &handler);
    server.start();
    {
      client c;
      auto plain =
          co_await c.upgrade(get_from("http://" + to_string(server.server().local())), "brackets");
      REQUIRE(plain.has_value());
      CHECK(plain->ok());
      CHECK(!plain->has_switched());
      CHECK_THROWS_AS(std::move(*plain).take_stream(), std::logic_error);
      auto rest = co_await std::move(*plain).collect(1000);
      CHECK(rest.has_value());
    }
    {
      client c;
      auto plain =
          co_await c.upgrade(get_from("http://" + to_string(server.server().local())), "brackets");
      REQUIRE(plain.has_value());
      auto whole = co_await std::move(*plain).collect(100);
      CHECK(whole->body() == "brackets");
      CHECK(c.counts().idle == 1);
    }
    co_await server.stop();
  });
}

TEST_CASE("a server that switches to something else is in error") {
  under_each_model([]() -> task<> {
    for (const char* more : {"", "Upgrade: other\r\n", "Upgrade: brackets, other\r\n"}) {
      scripted_peer peer(
          answering({"HTTP/1.1 101 Switching Protocols\r\n" + std::string(more) + "\r\n"}));
      co_await peer.start();
      {
        client c;
        const auto got = co_await asked(c, peer.url());
        CHECK_THAT(got, ContainsSubstring("protocol that it was not asked for"));
        CHECK(c.counts().open == 0);
      }
      co_await peer.stop();
    }
  });
}

TEST_CASE("an upgrade has no body, and a protocol is a token") {
  under_each_model([]() -> task<> {
    client c;
    client_request with_body(http_method::post, "http://127.0.0.1:1/");
    with_body.set_body("x");
    bool body_refused = false;
    try {
      co_await c.upgrade(with_body, "brackets");
    } catch (const std::invalid_argument&) {
      body_refused = true;
    }
    bool name_refused = false;
    try {
      co_await c.upgrade(get_from("http://127.0.0.1:1/"), "a\r\nB: c");
    } catch (const std::invalid_argument&) {
      name_refused = true;
    }
    CHECK(body_refused);
    CHECK(name_refused);
  });
}

TEST_CASE("a tunnel through a proxy is a connection to the host") {
  under_each_model([]() -> task<> {
    scripted_peer proxy([](peer_connection& c) -> task<> {
      const auto head = co_await c.next_head();
      CHECK_THAT(head, StartsWith("CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n"));
      CHECK_THAT(head, ContainsSubstring("\r\nProxy-Authorization: Basic abc\r\n"));
      CHECK_THAT(head, !ContainsSubstring("Content-Length"));
      // RFC 9110 9.3.6: a client ignores these in a success.
      co_await c.send("HTTP/1.1 200 Yes\r\nContent-Length: 5\r\n\r\nfirst");
      const auto sent = co_await c.take(4);
      co_await c.send("got " + sent);
    });
    co_await proxy.start();
    {
      client c = through(proxy.address());
      const endpoint host{"::1", 443};
      auto opened = co_await c.tunnel(host);
      REQUIRE(opened.has_value());
      CHECK(opened->ok());
      REQUIRE(opened->has_switched());
      auto stream = std::move(*opened).take_stream();
      const auto first = co_await read_up_to(stream, 5);
      auto sent = co_await stream.write_all("ping");
      CHECK(sent.has_value());
      const auto rest = co_await read_up_to(stream, 100);
      CHECK(first == "first");
      CHECK(rest == "got ping");
    }
    co_await proxy.stop();
  });
}

TEST_CASE("a proxy that makes no tunnel answers as ever") {
  under_each_model([]() -> task<> {
    scripted_peer proxy(always("HTTP/1.1 407 Who\r\nContent-Length: 2\r\n\r\nno"));
    co_await proxy.start();
    {
      client c = through(proxy.address());
      const endpoint host{"a.example", 443};
      auto opened = co_await c.tunnel(host);
      REQUIRE(opened.has_value());
      CHECK(opened->status() == http_status::proxy_authentication_required);
      CHECK(!opened->has_switched());
      auto whole = co_await std::move(*opened).collect(100);
      CHECK(whole->body() == "no");
      CHECK(c.counts().idle == 1);
    }
    co_await proxy.stop();
  });
}

TEST_CASE("a stream keeps its place among the connections until it goes") {
  under_each_model([]() -> task<> {
    scripted_peer proxy([](peer_connection& c) -> task<> {
      const auto head = co_await c.next_head();
      if (!head.empty()) co_await c.send("HTTP/1.1 200 Yes\r\n\r\n");
      co_await c.until_closed();
    });
    co_await proxy.start();
    {
      client c = through(proxy.address(), 1);
      const endpoint host{"a.example", 443};
      auto first = co_await c.tunnel(host);
      REQUIRE(first.has_value());
      {
        auto stream = std::move(*first).take_stream();
        auto second = co_await weft::with_timeout(30ms, c.tunnel(host));
        REQUIRE(!second.has_value());
        CHECK(second.error() == condition::timed_out);
        CHECK(c.counts().open == 1);
      }
      CHECK(c.counts().open == 0);
      auto third = co_await c.tunnel(host);
      CHECK(third.has_value());
    }
    co_await proxy.stop();
  });
}

TEST_CASE("a tunnel without a proxy, or to a file, is a mistake") {
  under_each_model([]() -> task<> {
    client direct;
    client proxied = through({"127.0.0.1", 1});
    const endpoint host{"a.example", 443};
    const auto file = endpoint::unix_socket("/a");
    int refused = 0;
    try {
      co_await direct.tunnel(host);
    } catch (const std::logic_error&) {
      ++refused;
    }
    try {
      co_await proxied.tunnel(file);
    } catch (const std::logic_error&) {
      ++refused;
    }
    CHECK(refused == 2);
  });
}

TEST_CASE("a tunnel to what is no host reaches no proxy") {
  under_each_model([]() -> task<> {
    client proxied = through({"127.0.0.1", 1});
    const std::string injected = "a HTTP/1.1\r\nX: y\r\n\r\nGET http://b/ HTTP/1.1\r\nHost: b";
    for (const auto& [host, port] : {std::pair<std::string, int>{injected, 443},
                                     {"", 443},
                                     {"a b", 443},
                                     {"user@a.example", 443},
                                     {"a.example", 0}}) {
      endpoint to{host, static_cast<std::uint16_t>(port)};
      auto opened = co_await proxied.tunnel(std::move(to));
      CHECK((!opened && opened.error() == condition::bad_input));
    }
  });
}

TEST_CASE("requests go to a Unix socket, on connections that are kept") {
  under_each_model([]() -> task<> {
    const temporary_folder folder;
    const auto at = endpoint::unix_socket(folder / "a.sock");
    auto options = on_a_free_port();
    options.listen = {at};
    running_server server(options);
    server.start();
    {
      client_options to_socket;
      to_socket.connect_to = at;
      client c(std::move(to_socket));
      auto one = co_await c.get("http://a.example/one");
      auto two = co_await c.post("http://b.example/two", "body", "text/plain");
      REQUIRE(one.has_value());
      REQUIRE(two.has_value());
      CHECK(one->body() == "GET /one ");
      CHECK(two->body() == "POST /two body");
      CHECK(c.counts().made == 1);
      CHECK(c.counts().reused == 1);
    }
    co_await server.stop();
    client_options late;
    late.connect_to = at;
    client c(std::move(late));
    auto nobody = co_await c.get("http://a.example/");
    REQUIRE(!nobody.has_value());
    CHECK(nobody.error() == std::errc::no_such_file_or_directory);
  });
}

TEST_CASE("a client goes to a proxy or to a fixed place, not to both") {
  client_options options;
  options.proxy = endpoint{"127.0.0.1", 1};
  options.connect_to = endpoint{"127.0.0.1", 2};
  CHECK_THROWS_AS(client(std::move(options)), std::invalid_argument);
}
