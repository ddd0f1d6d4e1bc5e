#include "transcript.hpp"

#include <weft/http/request_parser.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace weft;
using http::parse_event;
using test::check_transcript;

namespace {

const std::string get_a = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string get_a_told = "GET /a | /a |  | host h | 1.1 keep-alive\nHost: h\ndone\n";
const std::string post_b = "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz";
const std::string post_b_told =
    "POST /b | /b |  | host h | 1.1 keep-alive\nHost: h\nContent-Length: 3\nbody xyz\ndone\n";
const std::string post_c =
    "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\nA: b\r\n\r\n";
const std::string post_c_told =
    "POST /c | /c |  | host h | 1.1 keep-alive\nHost: h\nTransfer-Encoding: chunked\n"
    "body xy\ntrailer A: b\ndone\n";

// [loop]
/// The bodies of the requests in `bytes`, which end with a whole request.
std::vector<std::string> bodies_of(std::string_view bytes) {
  const http_limits limits;
  http::request_parser parser{limits};
  std::vector<std::string> bodies;
  std::string body;
  while (!bytes.empty()) {
    const auto [event, consumed] = parser.next(bytes);
    bytes.remove_prefix(consumed);
    if (event == parse_event::need_more || event == parse_event::error) break;
    if (event == parse_event::body) body += parser.body_chunk();
    if (event != parse_event::done) continue;
    bodies.push_back(std::exchange(body, {}));
    parser.reset();
  }
  return bodies;
}
// [/loop]

}  // namespace

TEST_CASE("pipelined requests are told in their order") {
  check_transcript(get_a + post_b + post_c + get_a,
                   get_a_told + post_b_told + post_c_told + get_a_told);
  check_transcript(post_c + "\r\n" + post_b + "\r\n\r\n" + get_a,
                   post_c_told + post_b_told + get_a_told);
}

TEST_CASE("nothing of one request is left in the next") {
  // HTTP/1.0 has no Host of its own, so that one left over would show.
  const std::string first = "GET http://b/?q HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  const std::string second = "OPTIONS * HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  check_transcript(
      first + second + post_c,
      "GET http://b/?q | / | q | host b | 1.1 close\nHost: b\nConnection: close\ndone\n"
      "OPTIONS * | * |  | host  | 1.0 keep-alive\nConnection: keep-alive\ndone\n" +
          post_c_told);
}

TEST_CASE("limits count anew for each request") {
  http_limits limits;
  limits.max_header_count = 2;
  limits.max_header_bytes = 60;
  limits.max_body_bytes = 1;
  limits.max_chunk_extensions_bytes = 2;
  const std::string head = "\r\nPOST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string body = "1;a\r\nx\r\n0\r\nA: b\r\nC: " + std::string(40, 'd') + "\r\n\r\n";
  std::string input;
  std::string told;
  for (int i = 0; i < 6; ++i) {
    input += head + body;
    told +=
        "POST / | / |  | host h | 1.1 keep-alive\nHost: h\nTransfer-Encoding: chunked\n"
        "body x\ntrailer A: b\ntrailer C: " +
        std::string(40, 'd') + "\ndone\n";
  }
  check_transcript(input, told, limits);
}

TEST_CASE("the loop of the documentation finds every body") {
  CHECK(bodies_of(post_b + post_c) == std::vector<std::string>{"xyz", "xy"});
}

TEST_CASE("a request that is cut off is not told as complete") {
  for (const auto& request : {get_a, post_b, post_c})
    for (std::size_t size = 1; size < request.size(); ++size) {
      const std::string_view pieces[] = {get_a, std::string_view{request}.substr(0, size)};
      CAPTURE(request, size);
      REQUIRE(test::transcript(pieces) == get_a_told + "...\n");
    }
}

TEST_CASE("after an error nothing is read as a request") {
  const std::string broken = "GET / HTTP/1.1\r\nHost : h\r\n\r\n";
  check_transcript(get_a + broken + get_a + get_a, get_a_told + "error 400 field_name\n");
}

TEST_CASE("a parser that has failed serves another connection after reset") {
  const http_limits limits;
  http::request_parser parser{limits};
  REQUIRE(parser.next("\n").event == parse_event::error);
  parser.reset();
  CHECK(parser.next(get_a).event == parse_event::head);
  CHECK(parser.next("").event == parse_event::done);
}

TEST_CASE("a parser that serves another connection has that one's limits") {
  http_limits generous;
  http_limits strict;
  strict.max_header_count = 3;
  const auto with_fields = [](int count) {
    std::string head = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 1; i < count; ++i) head += "A: b\r\n";
    return head + "\r\n";
  };
  http::request_parser parser{generous};
  REQUIRE(parser.next(with_fields(40)).event == parse_event::head);
  parser.reset();
  parser.use(strict);
  CHECK(parser.next(with_fields(4)).event == parse_event::error);
  parser.reset();
  parser.use(strict);
  CHECK(parser.next(with_fields(3)).event == parse_event::head);
  CHECK(parser.message().headers().size() == 3);
  parser.reset();
  parser.use(generous);
  CHECK(parser.next(with_fields(100)).event == parse_event::head);
  CHECK(parser.message().headers().size() == 100);
}

TEST_CASE("a host is judged anew unless it is the last good one") {
  const http_limits limits;
  http::request_parser parser{limits};
  const auto takes = [&parser](const std::string& host) {
    const std::string text = "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    const auto step = parser.next(text);
    const bool is_good = step.event == parse_event::head && parser.message().host() == host;
    CHECK((is_good || parser.error().metric.starts_with("host")));
    parser.reset();
    return is_good;
  };
  CHECK_FALSE(takes(""));
  CHECK(takes("here:80"));
  CHECK(takes("here:80"));
  for (const char* const alike : {"here:8x", "he re:80", "here:80:", "here:800000", "", "h@re:80"})
    CHECK_FALSE(takes(alike));
  CHECK(takes("here:80"));
  const std::string longer_than_kept(80, 'h');
  CHECK(takes(longer_than_kept));
  CHECK_FALSE(takes(longer_than_kept + "@"));
  CHECK(takes("here:80"));
  CHECK_FALSE(takes("here:80\r\nHost: here:80"));
}

TEST_CASE("done stays until reset") {
  const http_limits limits;
  http::request_parser parser{limits};
  REQUIRE(parser.next(get_a).consumed == get_a.size());
  CHECK(parser.next(get_a).event == parse_event::done);
  CHECK(parser.next(get_a).consumed == 0);
}

TEST_CASE("the method of a broken request is known once its line was read") {
  const http_limits limits;
  http::request_parser parser{limits};
  REQUIRE(parser.next(get_a).event == parse_event::head);
  parser.reset();
  REQUIRE(parser.next("HEAD / HTTP/1.1\r\n").event == parse_event::need_more);
  CHECK(parser.message().method() == http_method::head);
  REQUIRE(parser.next("HEAD / HTTP/1.1\r\nHost : h\r\n").event == parse_event::error);
  CHECK(parser.message().method() == http_method::head);
  parser.reset();
  REQUIRE(parser.next("\n").event == parse_event::error);
  CHECK(parser.message().method() == http_method::other);
}

TEST_CASE("empty lines before a request are consumed at once") {
  // A connection with nothing else to read is idle, and not in the middle of a head.
  const http_limits limits;
  http::request_parser parser{limits};
  const auto step = parser.next("\r\n");
  CHECK(step.event == parse_event::need_more);
  CHECK(step.consumed == 2);
}

TEST_CASE("a message knows how its body is framed") {
  const http_limits limits;
  http::request_parser parser{limits};
  parser.next(get_a);
  CHECK_FALSE(parser.content_length());
  CHECK_FALSE(parser.chunked());
  parser.reset();
  parser.next(post_b);
  CHECK(parser.content_length() == 3);
  parser.reset();
  parser.next(post_c);
  CHECK_FALSE(parser.content_length());
  CHECK(parser.chunked());
}

TEST_CASE("a header is found by its name in any case, the first of several") {
  const http_limits limits;
  http::request_parser parser{limits};
  const std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\nX-Id: 1\r\nx-id: 2\r\n\r\n";
  REQUIRE(parser.next(bytes).event == parse_event::head);
  CHECK(parser.message().header("X-ID") == "1");
  CHECK_FALSE(parser.message().header("X-I"));
}
