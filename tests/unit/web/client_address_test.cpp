#include "unit/http/running_server.hpp"
#include "unit/web/support/client.hpp"

#include "web/ip_range.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>
#include <string>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::MessageMatches;
using weft::proxy_header;
using weft::trusted_proxies;

namespace {

bool contains(const std::string& range, const std::string& address) {
  return weft::detail::ip_range::parse(range).value().contains(
      weft::detail::parse_ip(address).value());
}

TEST_CASE("a range of addresses has those with its prefix") {
  CHECK(contains("10.0.0.0/8", "10.255.255.255"));
  CHECK_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  CHECK_FALSE(contains("10.0.0.0/8", "9.255.255.255"));
  CHECK(contains("192.0.2.128/25", "192.0.2.128"));
  CHECK_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
  CHECK(contains("192.0.2.1", "192.0.2.1"));
  CHECK_FALSE(contains("192.0.2.1", "192.0.2.0"));
  CHECK(contains("0.0.0.0/0", "255.0.0.1"));
  CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  CHECK(contains("::/0", "1.2.3.4"));
  CHECK(contains("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  CHECK(contains("fe80::/10", "fe80::1%eth0"));
  CHECK(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
  CHECK(contains("::ffff:10.0.0.0/104", "10.1.2.3"));
  for (const std::string none : {"",
                                 "10.0.0.0/",
                                 "10.0.0.0/33",
                                 "10.0.0.0/-1",
                                 "10.0.0.0/+8",
                                 "10.0.0.0/8 ",
                                 "10.0.0.0/0x8",
                                 "10.0.0.1/8",
                                 "10.0.0/8",
                                 "010.0.0.0/8",
                                 "10.0.0.0.0",
                                 "::/129",
                                 "2001:db8::1/64",
                                 "::g",
                                 "fe80::1%eth0",
                                 "localhost",
                                 "*",
                                 "/8",
                                 "[::1]",
                                 "10.0.0.0/8/8"}) {
    INFO(none);
    CHECK_FALSE(weft::detail::ip_range::parse(none).has_value());
  }
}

TEST_CASE("a list of proxies that makes no sense is refused") {
  CHECK_NOTHROW(trusted_proxies({"10.0.0.0/8", "::1", "unix"}));
  CHECK_THROWS_MATCHES(trusted_proxies({"10.0.0.0/8", "10.0.0.1/8"}), std::invalid_argument,
                       MessageMatches(ContainsSubstring("\"10.0.0.1/8\"")));
}

std::string client_of(const trusted_proxies& proxies, const std::string& peer,
                      const std::vector<weft::header_field>& headers) {
  const auto at =
      peer == "unix:" ? weft::endpoint::unix_socket("") : weft::endpoint{peer, 4711, {}};
  return proxies.client_of(at, headers);
}

TEST_CASE("X-Forwarded-For counts from a trusted proxy, from right to left") {
  const trusted_proxies proxies({"10.0.0.0/8", "::1"});
  struct row {
    const char* peer;
    const char* field;
    const char* client;
  };
  const row rows[] = {
      {"10.0.0.1", "192.0.2.7", "192.0.2.7"},
      {"::1", " 192.0.2.7 ", "192.0.2.7"},
      {"::ffff:10.0.0.1", "192.0.2.7", "192.0.2.7"},
      {"10.0.0.1", "192.0.2.7, 10.0.0.2", "192.0.2.7"},
      {"10.0.0.1", "192.0.2.7,10.0.0.3,\t10.0.0.2", "192.0.2.7"},
      // What the client has written itself stands left of its own address.
      {"10.0.0.1", "10.0.0.9, 192.0.2.7", "192.0.2.7"},
      {"10.0.0.1", "127.0.0.1, 198.51.100.1, 192.0.2.7, 10.0.0.2", "192.0.2.7"},
      {"10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
      {"10.0.0.1", "2001:DB8:0::1", "2001:db8::1"},
      {"10.0.0.1", "[2001:db8::1]", "2001:db8::1"},
      {"10.0.0.1", "[2001:db8::1]:80", "2001:db8::1"},
      {"10.0.0.1", "192.0.2.7:80", "192.0.2.7"},
      {"10.0.0.1", "::ffff:192.0.2.7", "192.0.2.7"},
      // Nor does it hide what the proxy has appended.
      {"10.0.0.1", "\"x, 192.0.2.7", "192.0.2.7"},
      {"10.0.0.1", "for=\"x\\\", 192.0.2.7, 10.0.0.2", "192.0.2.7"},
      // Who is not trusted has nothing to say.
      {"192.0.2.1", "198.51.100.1", "192.0.2.1"},
      {"2001:db8::2", "198.51.100.1", "2001:db8::2"},
      {"unix:", "198.51.100.1", "unix:"},
      // What is no address ends it, at the last one that is known.
      {"10.0.0.1", "", "10.0.0.1"},
      {"10.0.0.1", "unknown", "10.0.0.1"},
      {"10.0.0.1", "192.0.2.7, unknown, 10.0.0.2", "10.0.0.2"},
      {"10.0.0.1", "192.0.2.7,", "10.0.0.1"},
      {"10.0.0.1", "192.0.2.7, \"10.0.0.2\"", "10.0.0.1"},
      {"10.0.0.1", "192.0.2.7 10.0.0.2", "10.0.0.1"},
      {"10.0.0.1", "[192.0.2.7", "10.0.0.1"},
      {"10.0.0.1", "[::1]x", "10.0.0.1"},
      {"10.0.0.1", "192.0.2.256", "10.0.0.1"},
      {"10.0.0.1", "for=192.0.2.7", "10.0.0.1"},
  };
  for (const auto& row : rows) {
    INFO(row.peer << " says " << row.field);
    CHECK(client_of(proxies, row.peer, {{"X-Forwarded-For", row.field}}) == row.client);
  }
  CHECK(client_of(proxies, "10.0.0.1", {}) == "10.0.0.1");
  CHECK(client_of(proxies, "10.0.0.1",
                  {{"X-Forwarded-For", "198.51.100.1, 192.0.2.7"},
                   {"Host", "h"},
                   {"x-forwarded-for", "10.0.0.2"}}) == "192.0.2.7");
  CHECK(client_of(proxies, "10.0.0.1",
                  {{"Forwarded", "for=198.51.100.1"}, {"X-Real-IP", "198.51.100.1"}}) ==
        "10.0.0.1");
  CHECK(client_of(trusted_proxies({"unix"}), "unix:", {{"X-Forwarded-For", "192.0.2.7"}}) ==
        "192.0.2.7");
  CHECK(client_of(trusted_proxies({}), "127.0.0.1", {{"X-Forwarded-For", "192.0.2.7"}}) ==
        "127.0.0.1");
}

TEST_CASE("Forwarded counts instead where the proxies set it") {
  const trusted_proxies proxies({"10.0.0.0/8"}, proxy_header::forwarded);
  struct row {
    const char* field;
    const char* client;
  };
  const row rows[] = {
      {"for=192.0.2.7", "192.0.2.7"},
      {"For=192.0.2.7;proto=https;by=10.0.0.1", "192.0.2.7"},
      {"proto=https; for=\"192.0.2.7:80\"", "192.0.2.7"},
      {"for=\"[2001:db8::1]:4711\"", "2001:db8::1"},
      {"for=198.51.100.1, for=192.0.2.7;by=10.0.0.2, for=10.0.0.2", "192.0.2.7"},
      {"for=192.0.2.7;by=\"a,for=198.51.100.1\"", "192.0.2.7"},
      {"for=192.0.2.7;by=\"\\\",for=198.51.100.1\"", "192.0.2.7"},
      {"for=\"x, for=192.0.2.7", "192.0.2.7"},
      {"for=\"\\\", for=192.0.2.7, for=\"10.0.0.2:80\"", "192.0.2.7"},
      {"for=192.0.2.7, for=_hidden", "10.0.0.1"},
      {"for=192.0.2.7, for=unknown, for=10.0.0.2", "10.0.0.2"},
      {"for=192.0.2.7, proto=https", "10.0.0.1"},
      {"for=\"192.0.2.7", "10.0.0.1"},
      {"for=", "10.0.0.1"},
      {"192.0.2.7", "10.0.0.1"},
  };
  for (const auto& row : rows) {
    INFO(row.field);
    CHECK(client_of(proxies, "10.0.0.1", {{"Forwarded", row.field}}) == row.client);
  }
  CHECK(client_of(proxies, "10.0.0.1", {{"X-Forwarded-For", "192.0.2.7"}}) == "10.0.0.1");
}

TEST_CASE("a handler takes the client's address") {
  weft::test::under_each_model([]() -> weft::task<> {
    weft::app app;
    // [client_address]
    app.trust_proxies({"127.0.0.0/8"});
    app.get("/whoami", [](weft::client_address from) { return "You are " + *from; });
    // [/client_address]
    weft::test::running_server server(weft::test::on_a_free_port(), &app);
    server.start();
    const auto direct =
        co_await weft::test::exchange(server, weft::test::get("/whoami", weft::test::last));
    CHECK_THAT(direct, EndsWith("You are 127.0.0.1"));
    const auto behind = co_await weft::test::exchange(
        server,
        weft::test::get("/whoami", "X-Forwarded-For: 10.9.9.9, 192.0.2.7\r\n" + weft::test::last));
    CHECK_THAT(behind, EndsWith("You are 192.0.2.7"));
    co_await server.stop();
  });
}

TEST_CASE(
    "without proxies that are trusted only the connection counts, and in a test there is none") {
  weft::test::under_each_model([]() -> weft::task<> {
    weft::app app;
    app.get("/whoami", [](weft::client_address from) { return *from; });
    weft::test::running_server server(weft::test::on_a_free_port(), &app);
    server.start();
    const auto forged = co_await weft::test::exchange(
        server, weft::test::get("/whoami", "X-Forwarded-For: 192.0.2.7\r\n" + weft::test::last));
    CHECK_THAT(forged, EndsWith("\r\n\r\n127.0.0.1"));
    co_await server.stop();
  });
  weft::app app;
  app.get("/", [](weft::client_address from) { return "<" + *from + ">"; });
  client web(app);
  CHECK(web.get("/", {{"X-Forwarded-For", "192.0.2.7"}}).body == "<>");
}

}  // namespace
