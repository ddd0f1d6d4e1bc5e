#include "transcript.hpp"

#include <weft/http/response_parser.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace weft;
using http::parse_event;

namespace {

enum class then { waits, closes };

struct conversation {
  std::vector<http_method> asked{http_method::get};
  then peer = then::waits;
  http_limits limits{};
};

/// Tells what the parser says of the answers on one connection. Each call sees its bytes in an
/// allocation of exactly their size, at another address than before.
class recorder {
public:
  explicit recorder(const conversation& c) : conversation_(c), parser_(c.limits) {
    parser_.reset(c.asked.front());
  }

  void feed(std::string_view piece) {
    unread_ += piece;
    while (!ended_ && step()) {}
  }
  std::string finish() {
    if (ended_) return std::move(told_);
    if (conversation_.peer == then::closes && (in_message_ || !unread_.empty())) {
      if (parser_.finish().event == parse_event::done) tell_message();
      else tell_error();
    } else if (in_message_ || !unread_.empty()) {
      told_ += "...\n";
    }
    return std::move(told_);
  }

private:
  bool step() {
    auto bytes = std::make_unique<char[]>(unread_.size());
    std::copy(unread_.begin(), unread_.end(), bytes.get());
    const auto [event, consumed] = parser_.next({bytes.get(), unread_.size()});
    REQUIRE(consumed <= unread_.size());
    switch (event) {
      case parse_event::need_more: break;
      case parse_event::head:
        head_ = std::move(bytes);
        in_message_ = true;
        break;
      case parse_event::body: body_ += parser_.body_chunk(); break;
      case parse_event::trailer: tell_trailer(); break;
      case parse_event::done: tell_message(); break;
      case parse_event::error: tell_error(); break;
    }
    unread_.erase(0, consumed);
    return event != parse_event::need_more && !ended_;
  }

  /// At the end and not at `head`: by then the views must still hold.
  void tell_message() {
    tell_head();
    told_ += "done\n";
    in_message_ = false;
    ++answers_;
    // What comes after the last answer is told by nobody: it is not this parser's.
    if (answers_ == conversation_.asked.size()) ended_ = true;
    else parser_.reset(conversation_.asked[answers_]);
  }

  void tell_head() {
    const http::response_head& message = parser_.message();
    told_ += std::to_string(static_cast<int>(message.status)) + ' ';
    told_.append(message.reason).append(message.minor_version == 1 ? " | 1.1" : " | 1.0");
    told_.append(parser_.keep_alive() ? " keep-alive" : " close");
    if (parser_.told_to_continue()) told_ += " continue";
    told_ += '\n';
    for (const auto& [name, value] : message.headers)
      told_.append(name).append(": ").append(value).append("\n");
    if (!body_.empty()) told_.append("body ").append(body_).append("\n");
    told_ += std::exchange(trailers_, {});
    body_.clear();
  }

  void tell_trailer() {
    const auto& [name, value] = parser_.trailer();
    trailers_.append("trailer ").append(name).append(": ").append(value).append("\n");
  }

  void tell_error() {
    if (in_message_) tell_head();
    told_.append("error ").append(parser_.error().metric).append("\n");
    ended_ = true;
    CHECK(parser_.next("HTTP/1.1 204 \r\n\r\n").event == parse_event::error);
    CHECK(parser_.finish().event == parse_event::error);
  }

  const conversation& conversation_;
  http::response_parser parser_;
  std::string unread_;
  std::string body_;
  std::string trailers_;
  std::string told_;
  std::unique_ptr<char[]> head_;
  std::size_t answers_ = 0;
  bool in_message_ = false;
  bool ended_ = false;
};

std::string transcribe(test::pieces all, const conversation& c) {
  recorder told(c);
  for (const auto piece : all) told.feed(piece);
  return told.finish();
}

void check(std::string_view input, std::string_view expected, const conversation& c = {}) {
  test::check_every_split(input, expected, [&](test::pieces p) { return transcribe(p, c); });
}

void check_refused(std::string_view input, std::string_view metric, const conversation& c = {}) {
  check(input, "error " + std::string(metric) + "\n", c);
}

conversation closing(http_method asked = http_method::get) {
  conversation c;
  c.asked = {asked};
  c.peer = then::closes;
  return c;
}

conversation asking(http_method asked) {
  conversation c;
  c.asked = {asked};
  return c;
}

struct row {
  const char* rule;
  std::string input;
  std::string told;
};

const std::string ok = "HTTP/1.1 200 OK\r\n";

// [loop]
/// The body of the answer to a GET in `bytes`; nothing where it is not whole.
std::optional<std::string> body_of(std::string_view bytes) {
  const http_limits limits;
  http::response_parser parser{limits};
  std::string body;
  for (;;) {
    const auto [event, consumed] = parser.next(bytes);
    bytes.remove_prefix(consumed);
    if (event == parse_event::body) body += parser.body_chunk();
    if (event == parse_event::done) return body;
    if (event == parse_event::error) return std::nullopt;
    if (event == parse_event::need_more) break;
  }
  if (parser.finish().event == parse_event::done) return body;
  return std::nullopt;
}
// [/loop]

}  // namespace

TEST_CASE("an answer's body is as long as RFC 9112 6.3 says") {
  const row rows[] = {
      {"a length", ok + "Content-Length: 5\r\n\r\nhello",
       "200 OK | 1.1 keep-alive\nContent-Length: 5\nbody hello\ndone\n"},
      {"no bytes", ok + "Content-Length: 0\r\n\r\n",
       "200 OK | 1.1 keep-alive\nContent-Length: 0\ndone\n"},
      {"chunks", ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\n\r\n",
       "200 OK | 1.1 keep-alive\nTransfer-Encoding: chunked\nbody hello\ndone\n"},
      {"204 has none, whatever it says", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
       "204 No Content | 1.1 keep-alive\nContent-Length: 5\ndone\n"},
      {"204 has no chunks", "HTTP/1.1 204 \r\nTransfer-Encoding: chunked\r\n\r\n",
       "204  | 1.1 keep-alive\nTransfer-Encoding: chunked\ndone\n"},
      {"304 has the length of a 200", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
       "304 Not Modified | 1.1 keep-alive\nContent-Length: 5\ndone\n"},
      {"101 ends HTTP", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
       "101 Switching | 1.1 close\nUpgrade: x\ndone\n"},
      {"no length: the answer is not over", ok + "\r\nhello", "...\n"},
      {"a length: the answer is not over", ok + "Content-Length: 6\r\n\r\nhello", "...\n"},
  };
  for (const auto& [rule, input, told] : rows) {
    CAPTURE(rule);
    check(input, told);
  }
}

TEST_CASE("an answer to HEAD ends with its head") {
  const std::string bytes = ok + "Content-Length: 5\r\n\r\n";
  check(bytes, "200 OK | 1.1 keep-alive\nContent-Length: 5\ndone\n", asking(http_method::head));
  check(ok + "Transfer-Encoding: chunked\r\n\r\n",
        "200 OK | 1.1 keep-alive\nTransfer-Encoding: chunked\ndone\n", asking(http_method::head));
  check(ok + "\r\n", "200 OK | 1.1 keep-alive\ndone\n", asking(http_method::head));
  check("HTTP/1.1 101 Switching\r\n\r\n", "101 Switching | 1.1 close\ndone\n",
        asking(http_method::head));
}

TEST_CASE("a successful answer to CONNECT ends HTTP, another one does not") {
  check(ok + "Content-Length: 5\r\n\r\n", "200 OK | 1.1 close\nContent-Length: 5\ndone\n",
        asking(http_method::connect));
  check("HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno",
        "407 No | 1.1 keep-alive\nContent-Length: 2\nbody no\ndone\n",
        asking(http_method::connect));
}

TEST_CASE("an answer without a length ends with its connection") {
  check(ok + "\r\nhello", "200 OK | 1.1 close\nbody hello\ndone\n", closing());
  check(ok + "\r\n", "200 OK | 1.1 close\ndone\n", closing());
  check("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nab",
        "200 OK | 1.0 close\nConnection: keep-alive\nbody ab\ndone\n", closing());
}

TEST_CASE("an answer that is cut short is an error") {
  const row rows[] = {
      {"in the status line", "HTTP/1.1 20", "error cut_short\n"},
      {"in the head", ok + "Content-Le", "error cut_short\n"},
      {"behind an interim answer", "HTTP/1.1 100 \r\n\r\nH", "error cut_short\n"},
      {"in a length", ok + "Content-Length: 5\r\n\r\nhell",
       "200 OK | 1.1 keep-alive\nContent-Length: 5\nbody hell\nerror cut_short\n"},
      {"in a chunk", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhell",
       "200 OK | 1.1 keep-alive\nTransfer-Encoding: chunked\nbody hell\nerror cut_short\n"},
      {"before the last chunk", ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nh\r\n",
       "200 OK | 1.1 keep-alive\nTransfer-Encoding: chunked\nbody h\nerror cut_short\n"},
      {"in the trailers", ok + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n",
       "200 OK | 1.1 keep-alive\nTransfer-Encoding: chunked\ntrailer A: b\nerror cut_short\n"},
  };
  for (const auto& [rule, input, told] : rows) {
    CAPTURE(rule);
    check(input, told, closing());
  }
}

TEST_CASE("a status line is version SP status SP reason") {
  const row good[] = {
      {"no phrase", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "200 "},
      {"blanks in the phrase", "HTTP/1.1 404 Not  Here\t!\r\nContent-Length: 0\r\n\r\n",
       "404 Not  Here\t!"},
      {"obs-text", "HTTP/1.1 200 d\xe9j\xe0\r\nContent-Length: 0\r\n\r\n", "200 d\xe9j\xe0"},
      {"unknown status", "HTTP/1.1 599 X\r\nContent-Length: 0\r\n\r\n", "599 X"},
      {"a later minor version", "HTTP/1.7 200 X\r\nContent-Length: 0\r\n\r\n", "200 X"},
  };
  for (const auto& [rule, input, told] : good) {
    CAPTURE(rule);
    check(input, told + " | 1.1 keep-alive\nContent-Length: 0\ndone\n");
  }
  const row bad[] = {
      {"no blank behind the status", "HTTP/1.1 200\r\n\r\n", "status_line"},
      {"two blanks", "HTTP/1.1  200 OK\r\n\r\n", "status_line"},
      {"two digits", "HTTP/1.1 20 OK\r\n\r\n", "status_line"},
      {"four digits", "HTTP/1.1 2000 OK\r\n\r\n", "status_line"},
      {"letters", "HTTP/1.1 2x0 OK\r\n\r\n", "status_line"},
      {"sign", "HTTP/1.1 +20 OK\r\n\r\n", "status_line"},
      {"below 100", "HTTP/1.1 099 OK\r\n\r\n", "status"},
      {"above 599", "HTTP/1.1 600 OK\r\n\r\n", "status"},
      {"lower case", "http/1.1 200 OK\r\n\r\n", "status_line"},
      {"no version", "200 OK\r\n\r\n", "status_line"},
      {"another protocol", "SSH-2.0-server_1.0\r\n\r\n", "status_line"},
      {"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", "version"},
      {"HTTP/0.9", "<html>\r\n\r\n", "status_line"},
      {"empty line first", "\r\n" + ok + "\r\n", "status_line"},
      {"blank first", " HTTP/1.1 200 OK\r\n\r\n", "status_line"},
      {"control byte", std::string("HTTP/1.1 200 O\0K\r\n\r\n", 20), "control_byte"},
      {"bare LF", "HTTP/1.1 200 OK\n\n", "bare_line_feed"},
      {"bare CR", "HTTP/1.1 200 O\rK\r\n\r\n", "bare_carriage_return"},
  };
  for (const auto& [rule, input, metric] : bad) {
    CAPTURE(rule);
    check_refused(input, metric);
  }
}

TEST_CASE("a head or framing that two readers could read in two ways is refused") {
  const row rows[] = {
      {"length and coding", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "two_framings"},
      {"two lengths", "Content-Length: 3\r\nContent-Length: 4\r\n", "content_length_repeated"},
      {"two equal lengths", "Content-Length: 3\r\ncontent-length: 3\r\n",
       "content_length_repeated"},
      {"listed lengths", "Content-Length: 3, 3\r\n", "content_length"},
      {"sign", "Content-Length: +3\r\n", "content_length"},
      {"hexadecimal", "Content-Length: 0x3\r\n", "content_length"},
      {"empty length", "Content-Length:\r\n", "content_length"},
      {"another coding", "Transfer-Encoding: gzip, chunked\r\n", "transfer_coding"},
      {"chunked twice", "Transfer-Encoding: chunked, chunked\r\n", "transfer_encoding"},
      {"no coding", "Transfer-Encoding:\r\n", "transfer_encoding"},
      {"folded field", "A: b\r\n c\r\n", "folded_field"},
      {"blank before the colon", "A : b\r\n", "field_name"},
      {"no colon", "A\r\n", "field_name"},
      {"empty name", ": b\r\n", "field_name"},
      {"bare LF", "A: b\n", "bare_line_feed"},
      {"bare CR", "A: b\rc\r\n", "bare_carriage_return"},
      {"control byte", "A: b\x01\r\n", "control_byte"},
  };
  for (const auto& [rule, lines, metric] : rows) {
    CAPTURE(rule);
    check_refused(ok + lines + "\r\n", metric);
    // Also where no body can follow: who sends that is not to be trusted with the next answer.
    check_refused("HTTP/1.1 304 Not Modified\r\n" + lines + "\r\n", metric);
  }
  check_refused("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "transfer_encoding_1_0");
}

TEST_CASE("what rules requests alone means nothing in an answer") {
  check(ok + "Host: \r\nHost: a b\r\nExpect: x\r\nContent-Length: 0\r\n\r\n",
        "200 OK | 1.1 keep-alive\nHost: \nHost: a b\nExpect: x\nContent-Length: 0\ndone\n");
}

TEST_CASE("a broken chunk is an error") {
  const std::string head = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string told = "200 OK | 1.1 keep-alive\nTransfer-Encoding: chunked\n";
  const row rows[] = {
      {"no size", head + "\r\n", told + "error chunk_size\n"},
      {"sign", head + "+1\r\n", told + "error chunk_size\n"},
      {"too many digits", head + "00000000000000001\r\n", told + "error chunk_size\n"},
      {"no line end behind the data", head + "1\r\nhX", told + "body h\nerror chunk_end\n"},
      {"bare LF", head + "1\nh", told + "error bare_line_feed\n"},
      {"bad trailer", head + "0\r\nA : b\r\n\r\n", told + "error field_name\n"},
  };
  for (const auto& [rule, input, expected] : rows) {
    CAPTURE(rule);
    check(input, expected);
  }
}

TEST_CASE("interim answers are skipped, and a 100 is noted") {
  const std::string answer = ok + "Content-Length: 2\r\n\r\nhi";
  const std::string told = "\nContent-Length: 2\nbody hi\ndone\n";
  check("HTTP/1.1 100 Continue\r\n\r\n" + answer, "200 OK | 1.1 keep-alive continue" + told);
  check("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer,
        "200 OK | 1.1 keep-alive" + told);
  check("HTTP/1.1 102 \r\nContent-Length: 9\r\n\r\n" + answer, "200 OK | 1.1 keep-alive" + told);
  std::string many;
  for (int i = 0; i < 16; ++i) many += "HTTP/1.1 103 \r\n\r\n";
  check(many + answer, "200 OK | 1.1 keep-alive" + told);
  check_refused(many + "HTTP/1.1 103 \r\n\r\n" + answer, "interim");
}

TEST_CASE("an answer to each request is told in turn, and nothing of one is left in the next") {
  conversation c;
  c.asked = {http_method::head, http_method::get, http_method::post, http_method::get};
  check(
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n"
      "HTTP/1.1 100 \r\n\r\nHTTP/1.1 200 A\r\nContent-Length: 1\r\n\r\nx"
      "HTTP/1.0 200 B\r\nContent-Length: 1\r\nConnection: Keep-Alive\r\n\r\ny"
      "HTTP/1.1 204 C\r\n\r\nrest",
      "200 OK | 1.1 close\nContent-Length: 9\nConnection: close\ndone\n"
      "200 A | 1.1 keep-alive continue\nContent-Length: 1\nbody x\ndone\n"
      "200 B | 1.0 keep-alive\nContent-Length: 1\nConnection: Keep-Alive\nbody y\ndone\n"
      "204 C | 1.1 keep-alive\ndone\n",
      c);
}

TEST_CASE("trailers are kept apart from the headers") {
  check(ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nDigest: a\r\nB:  c \r\n\r\n",
        "200 OK | 1.1 keep-alive\nTransfer-Encoding: chunked\nbody x\n"
        "trailer Digest: a\ntrailer B: c\ndone\n");
}

TEST_CASE("an answer past a limit is an error at the same byte for every split") {
  conversation c;
  c.limits.max_request_line_bytes = 20;
  c.limits.max_header_bytes = 40;
  c.limits.max_header_count = 2;
  c.limits.max_body_bytes = 4;
  const std::string told = "200 OK | 1.1 keep-alive\n";
  check_refused("HTTP/1.1 200 123456789\r\n\r\n", "status_line_too_long", c);
  check_refused(ok + "A: " + std::string(40, 'b') + "\r\n\r\n", "headers_too_large", c);
  check_refused(ok + "A: b\r\nA: b\r\nA: b\r\n\r\n", "too_many_headers", c);
  check(ok + "Content-Length: 5\r\n\r\nhello", told + "Content-Length: 5\nerror body_too_large\n",
        c);
  check(ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n",
        told + "Transfer-Encoding: chunked\nbody hel\nerror body_too_large\n", c);
  check(ok + "\r\nhello", "200 OK | 1.1 close\nbody hell\nerror body_too_large\n", c);
  c.peer = then::closes;
  check(ok + "\r\nhell", "200 OK | 1.1 close\nbody hell\ndone\n", c);
}

TEST_CASE("the body limit can be set for one answer, once its head is known") {
  http_limits limits;
  limits.max_body_bytes = 1;
  http::response_parser parser{limits};
  const std::string bytes = ok + "Content-Length: 5\r\n\r\nhello";
  const auto head = parser.next(bytes);
  REQUIRE(head.event == parse_event::head);
  CHECK(parser.content_length() == 5);
  parser.limit_body(5);
  CHECK(parser.next(bytes.substr(head.consumed)).event == parse_event::body);
}

TEST_CASE("the loop of the documentation finds the body") {
  CHECK(body_of(ok + "Content-Length: 2\r\n\r\nhi") == "hi");
  CHECK(body_of(ok + "\r\nhi") == "hi");
  CHECK(body_of(ok + "Content-Length: 3\r\n\r\nhi") == std::nullopt);
  CHECK(body_of("garbage\r\n") == std::nullopt);
}
