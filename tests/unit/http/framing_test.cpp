#include "transcript.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace std::string_literals;
using namespace weft;
using test::check_refused;
using test::check_transcript;

namespace {

struct bad_framing {
  const char* rule;
  std::string lines;
  std::string refusal;
};

struct chunked_body {
  const char* rule;
  std::string bytes;
  std::string told;  // what follows the header lines
};

const std::string chunked_head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string chunked_told =
    "POST / | / |  | host h | 1.1 keep-alive\nHost: h\nTransfer-Encoding: chunked\n";

}  // namespace

TEST_CASE("a framing that two readers could read in two ways is refused") {
  const std::string both = "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n";
  const std::string both_turned = "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n";
  const bad_framing rows[] = {
      {"9112 6.3 length and coding", both, "400 two_framings"},
      {"9112 6.3 coding and length", both_turned, "400 two_framings"},
      {"9112 6.3 two lengths", "Content-Length: 3\r\nContent-Length: 4\r\n",
       "400 content_length_repeated"},
      {"9112 6.3 two equal lengths", "Content-Length: 3\r\ncontent-length: 3\r\n",
       "400 content_length_repeated"},
      {"9112 6.3 listed lengths", "Content-Length: 3, 3\r\n", "400 content_length"},
      {"9110 8.6 plus", "Content-Length: +5\r\n", "400 content_length"},
      {"9110 8.6 minus", "Content-Length: -1\r\n", "400 content_length"},
      {"9110 8.6 hexadecimal", "Content-Length: 0x10\r\n", "400 content_length"},
      {"9110 8.6 underscore", "Content-Length: 1_0\r\n", "400 content_length"},
      {"9110 8.6 letters behind", "Content-Length: 5abc\r\n", "400 content_length"},
      {"9110 8.6 blank inside", "Content-Length: 1 0\r\n", "400 content_length"},
      {"9110 8.6 fraction", "Content-Length: 1.0\r\n", "400 content_length"},
      {"9110 8.6 empty", "Content-Length:\r\n", "400 content_length"},
      {"9110 8.6 twenty digits", "Content-Length: 00000000000000000003\r\n", "400 content_length"},
      {"9110 8.6 beyond 64 bits", "Content-Length: 18446744073709551617\r\n", "400 content_length"},
      {"9112 6.1 unknown coding", "Transfer-Encoding: gzip\r\n", "501 transfer_coding"},
      {"9112 6.1 unknown coding before chunked", "Transfer-Encoding: gzip, chunked\r\n",
       "501 transfer_coding"},
      {"9112 6.1 unknown coding in a line of its own",
       "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "501 transfer_coding"},
      {"9112 6.1 coding behind chunked", "Transfer-Encoding: chunked, gzip\r\n",
       "501 transfer_coding"},
      {"9112 6.1 identity", "Transfer-Encoding: identity\r\n", "501 transfer_coding"},
      {"9112 6.1 a name like chunked", "Transfer-Encoding: xchunked\r\n", "501 transfer_coding"},
      {"9112 6.1 vertical tab hides the name",
       "Transfer-Encoding: \x0b"
       "chunked\r\n",
       "400 control_byte"},
      {"9112 6.1 quoted", "Transfer-Encoding: \"chunked\"\r\n", "501 transfer_coding"},
      {"9112 6.1 chunked twice", "Transfer-Encoding: chunked, chunked\r\n",
       "400 transfer_encoding"},
      {"9112 6.1 chunked in two lines",
       "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "400 transfer_encoding"},
      {"9112 6.1 nothing behind chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n",
       "400 transfer_encoding"},
      {"9112 7 parameter of chunked", "Transfer-Encoding: chunked;a=b\r\n",
       "400 transfer_encoding"},
      {"9112 6.1 empty", "Transfer-Encoding:\r\n", "400 transfer_encoding"},
      {"9112 6.1 commas only", "Transfer-Encoding: ,,\r\n", "400 transfer_encoding"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.rule);
    const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n" + row.lines + "\r\n";
    check_refused(head + "0\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", row.refusal);
  }
}

TEST_CASE("HTTP/1.0 has no transfer codings") {
  check_refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "400 transfer_encoding_1_0");
}

TEST_CASE("Content-Length delimits the body, whatever its bytes are") {
  const auto body = "\r\n\0 GET"s;
  check_transcript("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 007\r\n\r\n" + body,
                   "POST / | / |  | host h | 1.1 keep-alive\nHost: h\nContent-Length: 007\nbody " +
                       body + "\ndone\n");
}

TEST_CASE("a valid chunked body is joined, its extensions are dropped, its trailers told apart") {
  const chunked_body rows[] = {
      {"9112 7.1 two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "body abcde\ndone\n"},
      {"9112 7.1 no chunk", "0\r\n\r\n", "done\n"},
      {"9112 7.1 size in both cases", "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n",
       "body 01234567890123456789\ndone\n"},
      {"9112 7.1 leading zeros", "0000000000000002\r\nab\r\n0000000000000000\r\n\r\n",
       "body ab\ndone\n"},
      {"9112 7.1 line ends in the data", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "body \r\n\r\n\ndone\n"},
      {"9112 7.1.1 extensions", "1;a;b=c;d=\"e;\\\" f\"\r\nx\r\n0;z\r\n\r\n", "body x\ndone\n"},
      {"9110 5.6.3 bad blanks in extensions", "1 ; a = b\t;c\r\nx\r\n0\r\n\r\n", "body x\ndone\n"},
      {"9112 7.1.2 trailers", "1\r\nx\r\n0\r\nA: b\r\nContent-Length: 9\r\n\r\n",
       "body x\ntrailer A: b\ntrailer Content-Length: 9\ndone\n"},
      {"9112 7.1.2 blanks around a trailer's value", "0\r\nA: \t b c \r\nB:\r\n\r\n",
       "trailer A: b c\ntrailer B: \ndone\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.rule);
    check_transcript(chunked_head + row.bytes, chunked_told + row.told);
  }
}

TEST_CASE("Transfer-Encoding is a list in which empty elements do not count") {
  check_transcript("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: , CHUNKED ,\r\n\r\n0\r\n\r\n",
                   "POST / | / |  | host h | 1.1 keep-alive\n"
                   "Host: h\nTransfer-Encoding: , CHUNKED ,\ndone\n");
}

TEST_CASE("malformed chunks end the connection") {
  const chunked_body rows[] = {
      {"9112 7.1 no size", "\r\n", "error 400 chunk_size\n"},
      {"9112 7.1 no hex digit", "g\r\n", "error 400 chunk_size\n"},
      {"9112 7.1 prefix", "0x1\r\nx\r\n", "error 400 chunk_size\n"},
      {"9112 7.1 underscore", "1_0\r\n", "error 400 chunk_size\n"},
      {"9112 7.1 minus", "-1\r\n", "error 400 chunk_size\n"},
      {"9112 7.1 plus", "+1\r\n", "error 400 chunk_size\n"},
      {"9112 7.1 blank before", " 1\r\nx\r\n", "error 400 chunk_size\n"},
      {"9112 7.1 blank behind", "1 \r\nx\r\n", "error 400 chunk_size\n"},
      {"9112 7.1 blank inside", "1 0\r\n", "error 400 chunk_size\n"},
      {"9112 7.1 comma", "1,a\r\nx\r\n", "error 400 chunk_size\n"},
      {"9112 7.1 17 digits", "00000000000000001\r\nx\r\n", "error 400 chunk_size\n"},
      {"9112 7.1 17 digits that overflow", "10000000000000001\r\nx\r\n", "error 400 chunk_size\n"},
      {"9112 7.1 the largest size", "ffffffffffffffff\r\n", "error 413 body_too_large\n"},
      {"9112 7.1 sizes that overflow together", "1\r\nx\r\nffffffffffffffff\r\n",
       "body x\nerror 413 body_too_large\n"},
      {"9112 7.1 data shorter than its size", "3\r\nab\r\n0\r\n\r\n",
       "body ab\r\nerror 400 chunk_end\n"},
      {"9112 7.1 data longer than its size", "2\r\nabc\r\n", "body ab\nerror 400 chunk_end\n"},
      {"9112 7.1 LF behind the data", "1\r\nx\n0\r\n\r\n", "body x\nerror 400 chunk_end\n"},
      {"9112 7.1 CR alone behind the data", "1\r\nx\rx", "body x\nerror 400 chunk_end\n"},
      {"9112 2.2 LF behind the size", "1\nx\r\n", "error 400 bare_line_feed\n"},
      {"9112 2.2 CR alone behind the size", "1\rx\r\n", "error 400 bare_carriage_return\n"},
      {"9112 7.1.1 LF in an extension", "1;a\nx\r\n", "error 400 bare_line_feed\n"},
      {"9112 7.1.1 CR in an extension", "1;a\rb\r\nx\r\n", "error 400 bare_carriage_return\n"},
      {"9112 7.1.1 line end in quotes", "1;a=\"\r\n\"\r\nx\r\n", "error 400 chunk_extension\n"},
      {"9112 7.1.1 no name", "1;\r\nx\r\n", "error 400 chunk_extension\n"},
      {"9112 7.1.1 no value", "1;a=\r\nx\r\n", "error 400 chunk_extension\n"},
      {"9112 7.1.1 name is no token", "1;(\r\nx\r\n", "error 400 chunk_extension\n"},
      {"9112 7.1.1 blank at the end", "1;a \r\nx\r\n", "error 400 chunk_extension\n"},
      {"9112 7.1.1 two values", "1;a=b c\r\nx\r\n", "error 400 chunk_extension\n"},
      {"9112 7.1.1 quotes open", "1;a=\"b\r\nx\r\n", "error 400 chunk_extension\n"},
      {"9112 7.1.1 quotes end with a backslash", "1;a=\"b\\\r\nx\r\n",
       "error 400 chunk_extension\n"},
      {"9112 7.1.2 trailer without colon", "0\r\nA\r\n\r\n", "error 400 field_name\n"},
      {"9112 7.1.2 folded trailer", "0\r\nA: b\r\n c\r\n\r\n", "error 400 folded_field\n"},
      {"9112 7.1.2 LF in trailers", "0\r\nA: b\n\r\n", "error 400 bare_line_feed\n"},
      {"9112 7.1.2 LF as the last line", "0\r\n\n", "error 400 bare_line_feed\n"},
      {"9112 7.1.2 NUL in trailers", "0\r\nA: \0\r\n\r\n"s, "error 400 control_byte\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.rule);
    const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
    check_transcript(chunked_head + row.bytes + smuggled, chunked_told + row.told);
  }
}
