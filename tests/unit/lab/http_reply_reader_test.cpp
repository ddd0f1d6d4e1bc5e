#include "load/http_reply_reader.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using lab::http_reply_reader;
using event = http_reply_reader::event;

namespace {

const std::string two_replies =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCONTENT-LENGTH:  12 \r\n\r\nhello\r\n\r\nyou"
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

struct seen {
  std::vector<int> statuses;
  std::vector<std::string> bodies;
  bool operator==(const seen&) const = default;
};

// Feeds pieces as a socket would; a body's pieces must continue each other.
seen read_pieces(const std::vector<std::string>& pieces) {
  http_reply_reader reader;
  seen found;
  std::string body;
  for (const std::string& piece : pieces) {
    std::string_view unread = piece;
    for (event step = reader.next(unread); step != event::need_more; step = reader.next(unread)) {
      REQUIRE(step != event::error);
      if (step == event::body) {
        REQUIRE(reader.body_offset() == body.size());
        body += reader.body_piece();
      } else {
        found.statuses.push_back(reader.status());
        found.bodies.push_back(std::exchange(body, {}));
      }
    }
    REQUIRE(unread.empty());
  }
  return found;
}

std::string error_of(std::string bytes) {
  http_reply_reader reader;
  std::string_view unread = bytes;
  event step = reader.next(unread);
  while (step == event::body || step == event::done) step = reader.next(unread);
  return step == event::error ? std::string(reader.reason()) : "";
}

}  // namespace

TEST_CASE("two answers in one piece are read one after the other") {
  const seen found = read_pieces({two_replies});
  CHECK(found.statuses == std::vector<int>{200, 404});
  CHECK(found.bodies == std::vector<std::string>{"hello\r\n\r\nyou", ""});
}

TEST_CASE("every split in two gives the same answers") {
  const seen whole = read_pieces({two_replies});
  for (std::size_t at = 1; at < two_replies.size(); ++at) {
    INFO("split at " << at);
    REQUIRE(read_pieces({two_replies.substr(0, at), two_replies.substr(at)}) == whole);
  }
}

TEST_CASE("byte by byte gives the same answers") {
  std::vector<std::string> bytes;
  for (const char c : two_replies) bytes.emplace_back(1, c);
  CHECK(read_pieces(bytes) == read_pieces({two_replies}));
}

TEST_CASE("headers are found in any case and without the blanks around them") {
  http_reply_reader reader;
  std::string_view unread = two_replies;
  REQUIRE(reader.next(unread) == event::body);
  CHECK(reader.header("content-type") == "text/plain");
  CHECK(reader.header("content-length") == "12");
  CHECK(reader.header("server").empty());
}

TEST_CASE("the last answer of a connection says so") {
  http_reply_reader reader;
  std::string_view unread = two_replies;
  REQUIRE(reader.next(unread) == event::body);
  REQUIRE(reader.next(unread) == event::done);
  CHECK_FALSE(reader.is_last());
  REQUIRE(reader.next(unread) == event::done);
  CHECK(reader.is_last());
}

TEST_CASE("a 204 ends with its head") {
  CHECK(read_pieces({"HTTP/1.1 204 No Content\r\n\r\n", two_replies}).statuses ==
        std::vector<int>{204, 200, 404});
}

TEST_CASE("bytes that are no framed answer are an error with a reason") {
  CHECK(error_of("HTTP/1.1 200 OK\r\nServer: x\r\n\r\n") == "no Content-Length");
  CHECK(error_of("HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n") == "no Content-Length");
  CHECK(error_of("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n") == "no Content-Length");
  CHECK(error_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") ==
        "Transfer-Encoding is not read here");
  CHECK(error_of("SSH-2.0-server\r\n\r\n") == "not an HTTP/1 status line");
  CHECK(error_of("HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n") == "not an HTTP/1 status line");
  CHECK(error_of(std::string(70'000, 'a')) == "head too large");
}
