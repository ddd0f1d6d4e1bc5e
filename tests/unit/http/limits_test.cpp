#include "transcript.hpp"

#include <weft/http/request_parser.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

using namespace weft;
using test::check_refused;
using test::check_transcript;

namespace {

http_limits small() {
  http_limits limits;
  limits.max_request_line_bytes = 40;
  limits.max_header_bytes = 64;
  limits.max_header_count = 4;
  limits.max_body_bytes = 8;
  limits.max_chunk_extension_bytes = 6;
  limits.max_chunk_extensions_bytes = 10;
  return limits;
}

std::string dots(std::size_t count) { return std::string(count, '.'); }

/// A request line of that many bytes.
std::string line_of(std::size_t size) { return "GET /" + dots(size - 14) + " HTTP/1.1"; }

const std::string host = "Host: h\r\n";  // 9 bytes

/// A header block of that many bytes, the empty line not counted.
std::string block_of(std::size_t size) { return host + "A: " + dots(size - 14) + "\r\n"; }

const std::string get = "GET / HTTP/1.1\r\n";
const std::string get_told = "GET / | / |  | host h | 1.1 keep-alive\nHost: h\n";
const std::string post = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string post_told =
    "POST / | / |  | host h | 1.1 keep-alive\nHost: h\nTransfer-Encoding: chunked\n";

std::string post_of(const std::string& length, const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + length + "\r\n\r\n" + body;
}

std::string post_of_told(const std::string& length) {
  return "POST / | / |  | host h | 1.1 keep-alive\nHost: h\nContent-Length: " + length + "\n";
}

}  // namespace

TEST_CASE("a request line of max_request_line_bytes passes, one byte more is a 414") {
  const std::string path = "/" + dots(26);
  check_transcript(line_of(40) + "\r\n" + host + "\r\n",
                   "GET " + path + " | " + path + " |  | host h | 1.1 keep-alive\nHost: h\ndone\n",
                   small());
  check_refused(line_of(41) + "\r\n" + host + "\r\n", "414 request_line_too_long", small());
}

TEST_CASE("a request line without end is refused at its limit") {
  check_refused("GET /" + dots(60), "414 request_line_too_long", small());
  check_refused(dots(60), "414 request_line_too_long", small());
}

TEST_CASE("a header block of max_header_bytes passes, one byte more is a 431") {
  check_transcript(get + block_of(64) + "\r\n", get_told + "A: " + dots(50) + "\ndone\n", small());
  check_refused(get + block_of(65) + "\r\n", "431 headers_too_large", small());
  check_refused(get + block_of(66) + "\r\n", "431 headers_too_large", small());
  check_refused(get + block_of(64) + "B: c\r\n\r\n", "431 headers_too_large", small());
}

TEST_CASE("a header line without end is refused at the limit of the block") {
  check_refused(get + host + "A: " + dots(80), "431 headers_too_large", small());
  check_refused(get + dots(80), "431 headers_too_large", small());
}

TEST_CASE("max_header_count headers pass, one more is a 431") {
  const std::string three = host + "A: 1\r\nB: 2\r\nC: 3\r\n";
  check_transcript(get + three + "\r\n", get_told + "A: 1\nB: 2\nC: 3\ndone\n", small());
  check_refused(get + three + "D: 4\r\n\r\n", "431 too_many_headers", small());
}

TEST_CASE("the default header count is 100") {
  std::string lines = host;
  std::string told = get_told;
  for (int i = 1; i < 100; ++i) {
    lines += "A: b\r\n";
    told += "A: b\n";
  }
  const std::string_view passes[] = {get, lines, "\r\n"};
  CHECK(test::transcript(passes) == told + "done\n");
  const std::string_view fails[] = {get, lines, "A: b\r\n\r\n"};
  CHECK(test::transcript(fails) == "error 431 too_many_headers\n");
}

TEST_CASE("a limit of 0 allows nothing") {
  http_limits none = small();
  none.max_header_count = 0;
  check_refused(get + host + "\r\n", "431 too_many_headers", none);
  none = small();
  none.max_body_bytes = 0;
  check_transcript(post_of("1", "x"), post_of_told("1") + "error 413 body_too_large\n", none);
  check_transcript(post_of("0", ""), post_of_told("0") + "done\n", none);
}

TEST_CASE("a body of max_body_bytes passes, one byte more is a 413") {
  check_transcript(post_of("8", dots(8)), post_of_told("8") + "body ........\ndone\n", small());
  check_transcript(post_of("9", dots(9)), post_of_told("9") + "error 413 body_too_large\n",
                   small());
  check_transcript(post + "4\r\n....\r\n4\r\n....\r\n0\r\n\r\n",
                   post_told + "body ........\ndone\n", small());
  check_transcript(post + "4\r\n....\r\n5\r\n.....\r\n0\r\n\r\n",
                   post_told + "body ....\nerror 413 body_too_large\n", small());
}

TEST_CASE("a body that is announced too large is refused before any of it has come") {
  const http_limits limits = small();
  http::request_parser parser{limits};
  const std::string head = post_of("9", "");
  REQUIRE(parser.next(head).event == http::parse_event::head);
  CHECK(parser.content_length() == 9);
  CHECK(parser.next("").event == http::parse_event::error);
  CHECK(parser.error().status == http_status::content_too_large);
}

TEST_CASE("limit_body holds for one message, upwards and downwards") {
  const http_limits limits = small();
  http::request_parser parser{limits};
  const auto refuses = [&](std::uint64_t limit, const std::string& length) {
    const std::string head = post_of(length, "");
    REQUIRE(parser.next(head).event == http::parse_event::head);
    parser.limit_body(limit);
    const bool refused = parser.next("").event == http::parse_event::error;
    parser.reset();
    return refused;
  };
  CHECK_FALSE(refuses(9, "9"));
  CHECK(refuses(7, "8"));
  const std::string head = post_of("8", "");
  REQUIRE(parser.next(head).event == http::parse_event::head);
  CHECK(parser.next("").event == http::parse_event::need_more);
}

TEST_CASE("chunk extensions are limited in each chunk and in the body") {
  const std::string end = "0\r\n\r\n";
  check_transcript(post + "1;a=bcd\r\nx\r\n" + end, post_told + "body x\ndone\n", small());
  check_transcript(post + "1;a=bcde\r\nx\r\n" + end,
                   post_told + "error 400 chunk_extension_too_large\n", small());
  check_transcript(post + "1;a=bcd\r\nx\r\n1;a=b\r\nx\r\n" + end, post_told + "body xx\ndone\n",
                   small());
  check_transcript(post + "1;a=bcd\r\nx\r\n1;a=bc\r\nx\r\n" + end,
                   post_told + "body x\nerror 400 chunk_extensions_too_large\n", small());
}

TEST_CASE("a chunk line without end is refused at its limit") {
  check_transcript(post + "1;" + dots(40), post_told + "error 400 chunk_extension_too_large\n",
                   small());
  check_transcript(post + std::string(40, '0'), post_told + "error 400 chunk_size\n", small());
}

TEST_CASE("trailers have the limits of headers") {
  const std::string four = "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n";
  check_transcript(post + "0\r\n" + four + "\r\n",
                   post_told + "trailer A: 1\ntrailer B: 2\ntrailer C: 3\ntrailer D: 4\ndone\n",
                   small());
  check_transcript(post + "0\r\n" + four + "E: 5\r\n\r\n",
                   post_told + "error 431 too_many_trailers\n", small());
  check_transcript(post + "0\r\nA: 1\r\nB: " + dots(53) + "\r\n\r\n",
                   post_told + "trailer A: 1\ntrailer B: " + dots(53) + "\ndone\n", small());
  check_transcript(post + "0\r\nA: 1\r\nB: " + dots(54) + "\r\n\r\n",
                   post_told + "error 431 trailers_too_large\n", small());
  check_transcript(post + "0\r\nA: " + dots(99), post_told + "error 431 trailers_too_large\n",
                   small());
}

TEST_CASE("the answer past a limit names the option") {
  const auto reason_of = [](const std::string& input) {
    const http_limits limits = small();
    http::request_parser parser{limits};
    std::string_view unread = input;
    for (;;) {
      const auto step = parser.next(unread);
      if (step.event == http::parse_event::error) return std::string{parser.error().reason};
      REQUIRE(step.event != http::parse_event::done);
      unread.remove_prefix(step.consumed);
    }
  };
  using Catch::Matchers::ContainsSubstring;
  CHECK_THAT(reason_of(line_of(42)), ContainsSubstring("max_request_line_bytes"));
  CHECK_THAT(reason_of(get + block_of(70)), ContainsSubstring("max_header_bytes"));
  CHECK_THAT(reason_of(get + host + "A:\r\nA:\r\nA:\r\nA:\r\n"),
             ContainsSubstring("max_header_count"));
  CHECK_THAT(reason_of(post_of("9", "")), ContainsSubstring("max_body_bytes"));
  CHECK_THAT(reason_of(post + "1;a=bcde\r\n"), ContainsSubstring("max_chunk_extension_bytes"));
  CHECK_THAT(reason_of(post + "1;a=bcd\r\nx\r\n1;a=bc\r\n"),
             ContainsSubstring("max_chunk_extensions_bytes"));
  CHECK_THAT(reason_of(post + "0\r\nA: " + dots(99)), ContainsSubstring("max_header_bytes"));
}
