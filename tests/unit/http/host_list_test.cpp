#include "http/host_list.hpp"

#include "running_server.hpp"

#include <weft/http/metrics.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>
#include <string>
#include <vector>

using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using weft::http::host_list;
using weft::task;

// What it allows is in tests/conformance/http1/allowed_hosts.cases.

TEST_CASE("without a list every host is served, and none") {
  const host_list all({});
  for (const char* host : {"a.example", "[::1]:80", "", "x"}) CHECK(all.allows(host));
}

TEST_CASE("one list may have names, domains and addresses") {
  const host_list some({"a.example", "*.b.example", "10.0.0.1", "[2001:db8::1]"});
  for (const char* host : {"a.example", "x.b.example", "10.0.0.1:80", "[2001:DB8:0::1]"}) {
    CAPTURE(host);
    CHECK(some.allows(host));
  }
  for (const char* host : {"b.example", "10.0.0.10", "10.0.0.1.evil.example", "[2001:db8::2]", "",
                           "2001", "[v1.a]", ".b.example", "aaexample"}) {
    CAPTURE(host);
    CHECK(!some.allows(host));
  }
}

TEST_CASE("what is no host is refused when the server is made") {
  for (const char* entry :
       {"", ".", "*", "*.", "a.example:80", "[::1]:80", "::1", "http://a.example", "a b",
        "a.*.example", "**.a.example", "*a.example", "*.[::1]", "[::1"}) {
    CAPTURE(entry);
    CHECK_THROWS_AS(host_list({entry}), std::invalid_argument);
  }
  auto options = on_a_free_port();
  options.allowed_hosts = {"a.example:80"};
  echo_handler handler;
  CHECK_THROWS_AS(weft::http_server(handler, options), std::invalid_argument);
}

TEST_CASE("a misdirected request is answered with a problem, and counted") {
  under_each_model([]() -> task<> {
    auto options = on_a_free_port();
    options.allowed_hosts = {"here"};
    running_server server(options);
    server.start();
    const auto served = co_await exchange(server, get("/", last));
    CHECK_THAT(served, StartsWith("HTTP/1.1 200 OK\r\n"));
    const auto refused = co_await exchange(server, "GET / HTTP/1.1\r\nHost: there\r\n\r\n");
    CHECK_THAT(refused, StartsWith("HTTP/1.1 421 Misdirected Request\r\n"));
    CHECK_THAT(refused, ContainsSubstring("application/problem+json"));
    CHECK_THAT(refused, ContainsSubstring("allowed_hosts"));
    const auto counted = server.server().metrics();
    CHECK(counted.rejected_for(weft::rejection_reasons::misdirected) == 1);
    CHECK(counted.requests == 1);
    co_await server.stop();
  });
}
