#include <weft/http/request_writer.hpp>

#include <weft/http/client_request.hpp>
#include <weft/http/request_parser.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <stdexcept>
#include <string>

using namespace weft;
using http::client_request;

namespace {

class no_bytes final : public http::outgoing_body {
public:
  task<result<std::string_view>> read() override { co_return condition::eof; }
};

std::string head_of(const client_request& request, std::string_view proxy_authorization = {}) {
  http::request_context context;
  context.target = "/p?q";
  context.authority = "h:1";
  context.proxy_authorization = proxy_authorization;
  byte_buffer out;
  write_request_head(out, request, context);
  return std::string(out.view());
}

client_request request_with(http_method method) { return {method, "http://h:1/p?q"}; }

}  // namespace

TEST_CASE("a request is written as its line, its headers and what frames its body") {
  CHECK(head_of(request_with(http_method::get)) ==
        "GET /p?q HTTP/1.1\r\nHost: h:1\r\nUser-Agent: weft\r\n\r\n");
  auto post = request_with(http_method::post);
  post.set_header("User-Agent", "me");
  post.set_body("hello", "text/plain");
  CHECK(head_of(post) ==
        "POST /p?q HTTP/1.1\r\nHost: h:1\r\nUser-Agent: me\r\nContent-Type: text/plain\r\n"
        "Content-Length: 5\r\n\r\n");
  CHECK(head_of(request_with(http_method::put)).ends_with("Content-Length: 0\r\n\r\n"));
  auto chunked = request_with(http_method::put);
  chunked.set_body(std::make_shared<no_bytes>());
  chunked.expect_continue();
  CHECK(head_of(chunked).ends_with("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"));
  auto announced = request_with(http_method::put);
  announced.set_body(std::make_shared<no_bytes>(), 7);
  CHECK(head_of(announced).ends_with("Content-Length: 7\r\n\r\n"));
  CHECK(head_of(request_with(http_method::get), "Basic x")
            .ends_with("Proxy-Authorization: Basic x\r\n\r\n"));
}

TEST_CASE("an expectation without a body is not sent") {
  auto get = request_with(http_method::get);
  get.expect_continue();
  CHECK(head_of(get).find("Expect") == std::string::npos);
}

TEST_CASE("what the client writes the server's parser reads") {
  client_request request("PURGE", "http://h:1/p?q");
  request.add_header("A", "1");
  request.add_header("a", "2");
  request.set_body("hello");
  const std::string bytes = head_of(request) + "hello";
  const http_limits limits;
  http::request_parser parser{limits};
  const auto head = parser.next(bytes);
  REQUIRE(head.event == http::parse_event::head);
  CHECK(parser.message().method_name() == "PURGE");
  CHECK(parser.message().target() == "/p?q");
  CHECK(parser.message().host() == "h:1");
  CHECK(parser.message().header("A") == "1");
  REQUIRE(parser.next(std::string_view(bytes).substr(head.consumed)).event ==
          http::parse_event::body);
  CHECK(parser.body_chunk() == "hello");
}

TEST_CASE("chunks and trailers are framed, and an empty piece is no last chunk") {
  byte_buffer out;
  http::write_chunk(out, "hello");
  http::write_chunk(out, "");
  http::write_chunk(out, std::string(26, 'x'));
  const header_field trailers[] = {{"Digest", "d"}};
  http::write_last_chunk(out, trailers);
  CHECK(out.view() == "5\r\nhello\r\n1a\r\n" + std::string(26, 'x') + "\r\n0\r\nDigest: d\r\n\r\n");
  const header_field split[] = {{"A", "b\r\nC: d"}};
  CHECK_THROWS_AS(http::write_last_chunk(out, split), std::invalid_argument);
  const header_field framing[] = {{"Content-Length", "1"}};
  CHECK_THROWS_AS(http::write_last_chunk(out, framing), std::invalid_argument);
}

TEST_CASE("no setter takes what could split a request or overrule its framing") {
  auto request = request_with(http_method::get);
  const std::string values[] = {"a\r\nb", "a\nb", "a\rb", std::string("a\0b", 3), "a\x01", "a\x7f"};
  for (const auto& value : values) {
    CAPTURE(value);
    CHECK_THROWS_AS(request.set_header("X", value), std::invalid_argument);
    CHECK_THROWS_AS(request.add_header("X", value), std::invalid_argument);
    CHECK_THROWS_AS(request.set_body("b", value), std::invalid_argument);
  }
  for (const std::string name : {"", "a b", "a:", "a\r\n", "\xc3\xa9", "(a)", "Content-Length",
                                 "transfer-encoding", "CONNECTION", "Host", "expect", "TE",
                                 "Trailer", "Upgrade", "Keep-Alive", "Proxy-Connection"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(request.set_header(name, "x"), std::invalid_argument);
    CHECK_THROWS_AS(request.add_header(name, "x"), std::invalid_argument);
  }
  CHECK(request.headers().empty());
  for (const std::string method : {"", "GET ", "G T", "GET\r\n", "CONNECT", "a/b"}) {
    CAPTURE(method);
    CHECK_THROWS_AS(client_request(method, "http://h/"), std::invalid_argument);
  }
  CHECK_THROWS_AS(client_request(http_method::connect, "http://h/"), std::invalid_argument);
  CHECK_THROWS_AS(client_request(http_method::other, "http://h/"), std::invalid_argument);
}

TEST_CASE("setting a header replaces those of its name, with a view into the request too") {
  auto request = request_with(http_method::get);
  request.add_header("A", "1");
  request.add_header("a", "2");
  request.set_header("A", *request.header("a"));
  REQUIRE(request.headers().size() == 1);
  CHECK(request.headers()[0].value == "1");
}
