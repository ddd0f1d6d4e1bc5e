#include "running_server.hpp"
#include "streaming_handler.hpp"

#include <weft/http/exchange.hpp>
#include <weft/http/metrics.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace std::chrono_literals;
using namespace weft;
using namespace weft::test;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

server_options on(std::vector<listen_address> addresses) {
  auto options = on_a_free_port();
  options.listen = std::move(addresses);
  return options;
}

const endpoint any_port{"127.0.0.1", 0};

task<tcp_stream> connected(endpoint to) {
  auto stream = co_await connect(std::move(to));
  REQUIRE(stream.has_value());
  co_return std::move(*stream);
}

task<std::string> ask(endpoint to, std::string bytes) {
  auto stream = co_await connected(std::move(to));
  co_await write(stream, std::move(bytes));
  auto answer = co_await read_to_end(stream);
  co_return answer;
}

task<> tell_peer(const request& req, response& res) {
  res.body().append(to_string(req.exchange()->remote()));
  co_return;
}

}  // namespace

TEST_CASE("a server listens on all of its addresses, TCP and Unix") {
  under_each_model([]() -> task<> {
    const temporary_folder folder;
    const auto file = endpoint::unix_socket(folder / "a.sock");
    running_server server(on({any_port, file, endpoint{"::1", 0}}));
    server.start();
    const auto all = server.server().addresses();
    REQUIRE(all.size() == 3);
    CHECK(all[0] == server.server().local());
    CHECK(all[1] == file);
    for (const endpoint& at : all) {
      const auto answer = co_await ask(at, get("/one", last));
      CHECK_THAT(answer, EndsWith("GET /one "));
    }
    CHECK(server.server().metrics().accepted_connections == 3);
    co_await server.stop();
    CHECK(!std::filesystem::exists(*file.path));
  });
}

TEST_CASE("a stop lets requests from all listeners finish, and closes all") {
  under_each_model([]() -> task<> {
    const temporary_folder folder;
    running_server server(on({any_port, any_port, endpoint::unix_socket(folder / "a.sock")}));
    server.start();
    const auto all = server.server().addresses();
    std::vector<tcp_stream> busy;
    for (const endpoint& at : all) {
      busy.push_back(co_await connected(at));
      co_await write(busy.back(), get("/slow"));
    }
    while (server.server().metrics().requests != all.size()) (void)co_await sleep(1ms);
    server.server().stop();
    for (tcp_stream& stream : busy) {
      const auto answer = co_await read_to_end(stream);
      CHECK_THAT(answer, EndsWith("GET /slow "));
    }
    busy.clear();  // the server waits for that, some seconds
    co_await server.stop();
    for (const endpoint& at : all) {
      const auto late = co_await connect(at);
      CHECK(!late.has_value());
    }
  });
}

TEST_CASE("max_connections counts the connections of all listeners") {
  under_each_model([]() -> task<> {
    auto options = on({any_port, any_port});
    options.limits.max_connections = 2;
    options.limits.accept_patience = 20ms;
    running_server server(options);
    server.start();
    const auto all = server.server().addresses();
    auto first = co_await connected(all[0]);
    auto second = co_await connected(all[1]);
    const bool one = co_await serves_on(first, "/1");
    const bool two = co_await serves_on(second, "/2");
    CHECK(one);
    CHECK(two);
    for (const endpoint& at : all) {
      const auto answer = co_await ask(at, get("/3"));
      CHECK_THAT(answer, StartsWith("HTTP/1.1 503 "));
    }
    CHECK(server.server().metrics().rejected_for(rejection_reasons::connection_count) == 2);
    co_await server.stop();
  });
}

TEST_CASE("a newcomer waits for accept_patience, whichever listener let the last one in") {
  under_each_model([]() -> task<> {
    auto options = on({any_port, any_port});
    options.limits.max_connections = 1;
    options.limits.accept_patience = 100ms;
    running_server server(options);
    server.start();
    const auto all = server.server().addresses();
    const auto not_full = scheduler::current().now();
    auto first = co_await connected(all[0]);
    const bool served = co_await serves_on(first, "/1");
    CHECK(served);
    // The second listener has not been told that there is no room any more.
    const auto refused = co_await ask(all[1], get("/2", last));
    CHECK_THAT(refused, StartsWith("HTTP/1.1 503 "));
    CHECK(scheduler::current().now() - not_full >= options.limits.accept_patience);
    { const auto closing = std::move(first); }
    co_await server.stop();
  });
}

TEST_CASE("a newcomer is served when there is room within accept_patience") {
  under_each_model([]() -> task<> {
    auto options = on({any_port, any_port});
    options.limits.max_connections = 1;
    options.limits.accept_patience = 20s;
    running_server server(options);
    server.start();
    const auto all = server.server().addresses();
    auto first = co_await connected(all[0]);
    const bool served = co_await serves_on(first, "/1");
    CHECK(served);
    auto second = co_await connected(all[1]);
    co_await write(second, get("/2", last));
    co_await sleep(10ms);
    { const auto closing = std::move(first); }
    const auto answer = co_await read_to_end(second);
    CHECK_THAT(answer, EndsWith("GET /2 "));
    co_await server.stop();
  });
}

TEST_CASE("a server listens somewhere") {
  echo_handler handler;
  CHECK_THROWS_AS(http_server(handler, on({})), std::invalid_argument);
  const http_server closed(handler, on({any_port}));
  CHECK(closed.local() == endpoint{});
}

TEST_CASE("an address that cannot be had is named by those that were opened before it") {
  under_each_model([]() -> task<> {
    echo_handler handler;
    const auto nowhere = endpoint::unix_socket("/none/a.sock");
    http_server server(handler, on({any_port, nowhere, any_port}));
    const auto opened = server.open();
    REQUIRE(!opened.has_value());
    CHECK(opened.error() == std::errc::no_such_file_or_directory);
    CHECK(server.addresses().size() == 1);
    co_return;
  });
}

TEST_CASE("a handler sees where its request came from") {
  under_each_model([]() -> task<> {
    const temporary_folder folder;
    streaming_handler handler(&tell_peer);
    running_server server(on({any_port, endpoint::unix_socket(folder / "a.sock")}), &handler);
    server.start();
    const auto all = server.server().addresses();
    const auto over_tcp = co_await ask(all[0], get("/", last));
    const auto over_unix = co_await ask(all[1], get("/", last));
    CHECK(over_tcp.find("\r\n\r\n127.0.0.1:") != std::string::npos);
    CHECK_THAT(over_unix, EndsWith("\r\n\r\nunix:"));
    co_await server.stop();
  });
}

TEST_CASE("a request that comes within idle_grace of a stop is answered, with close") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.idle_grace = 10s;
    running_server server(options);
    server.start();
    auto kept = co_await server.connect();
    const bool served = co_await serves_on(kept, "/1");
    CHECK(served);
    auto silent = co_await server.connect();
    while (server.server().connections() != 2) (void)co_await sleep(1ms);
    server.server().stop();
    co_await sleep(20ms);
    for (tcp_stream* stream : {&kept, &silent}) {
      co_await write(*stream, get("/late"));
      const auto answer = co_await read_to_end(*stream);
      CHECK_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
      CHECK(count(answer, "\r\nConnection: close\r\n") == 1);
      CHECK_THAT(answer, EndsWith("GET /late "));
    }
    // Else the server waits for them to close, in case they send more.
    { const auto closing = std::move(kept); }
    { const auto closing = std::move(silent); }
    co_await server.stop();
  });
}

TEST_CASE("connections that stay idle past idle_grace end with it") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.limits.idle_grace = 50ms;
    running_server server(options);
    server.start();
    auto kept = co_await server.connect();
    const bool served = co_await serves_on(kept, "/1");
    CHECK(served);
    const auto begin = scheduler::current().now();
    server.server().stop();
    const auto rest = co_await read_to_end(kept);
    const auto took = scheduler::current().now() - begin;
    CHECK(rest.empty());
    CHECK(took >= 40ms);
    CHECK(took < 5s);
    co_await server.stop();
  });
}
