#include <weft/net/endpoint.hpp>

#include <catch2/catch_test_macros.hpp>

using weft::endpoint;
using weft::parse_endpoint;

TEST_CASE("an endpoint is a host and a port") {
  CHECK(*parse_endpoint("127.0.0.1:8080") == endpoint{"127.0.0.1", 8080});
  CHECK(*parse_endpoint("[::1]:80") == endpoint{"::1", 80});
  CHECK(*parse_endpoint("localhost:0") == endpoint{"localhost", 0});
  CHECK(*parse_endpoint("unix:/run/a.sock") == endpoint::unix_socket("/run/a.sock"));
  CHECK(*parse_endpoint("unix:a:8080") == endpoint::unix_socket("a:8080"));
  CHECK(*parse_endpoint("unix:@name") == endpoint::unix_socket("@name"));
  CHECK(*parse_endpoint("0.0.0.0:65535") == endpoint{"0.0.0.0", 65535});
}

TEST_CASE("what is no host and port is refused") {
  for (const char* text : {"", ":", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                           "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:80 ", "127.0.0.1: 80",
                           "::1:80", "[]:80", "[::1]80", "127.0.0.1:8080x", "unix:", "unix:@"}) {
    INFO(text);
    const auto parsed = parse_endpoint(text);
    REQUIRE(!parsed);
    CHECK(parsed.error() == weft::condition::bad_input);
  }
}

TEST_CASE("an endpoint is written as it is read") {
  for (const char* text :
       {"127.0.0.1:8080", "[fe80::1]:1", "example:0", "unix:/run/a.sock", "unix:@name"}) {
    CHECK(to_string(*parse_endpoint(text)) == text);
  }
}
