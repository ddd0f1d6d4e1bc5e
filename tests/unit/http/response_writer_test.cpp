#include <weft/http/response_writer.hpp>

#include <http/parse_errors.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace weft;

namespace {

constexpr std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";

const std::string own = "Server: weft\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

http::response_context context_of(http_method method = http_method::get) {
  http::response_context context;
  context.method = method;
  context.date = date;
  return context;
}

std::string written(const response& answer, const http::response_context& context) {
  byte_buffer out;
  http::write_response(out, answer, context);
  return std::string{out.view()};
}

response hello() {
  response answer;
  answer.set_content_type("text/plain");
  answer.body().append("hello");
  return answer;
}

}  // namespace

TEST_CASE("an answer carries date, server, type, length and body") {
  CHECK(written(hello(), context_of()) ==
        "HTTP/1.1 200 OK\r\n" + own + "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
}

TEST_CASE("headers go out in the order in which they were added") {
  response answer{http_status::created};
  answer.add_header("Location", "/items/1");
  answer.add_header("Set-Cookie", "a=b");
  answer.add_header("Set-Cookie", "");
  CHECK(written(answer, context_of()) ==
        "HTTP/1.1 201 Created\r\n" + own +
            "Content-Length: 0\r\nLocation: /items/1\r\nSet-Cookie: a=b\r\nSet-Cookie: \r\n\r\n");
}

TEST_CASE("an answer to HEAD is that to GET without the body") {
  const std::string get = written(hello(), context_of());
  CHECK(written(hello(), context_of(http_method::head)) == get.substr(0, get.size() - 5));
}

TEST_CASE("204 and 304 end with their head") {
  for (const auto status : {http_status::no_content, http_status::not_modified}) {
    response answer = hello();
    answer.set_status(status);
    answer.set_header("ETag", "\"1\"");
    CHECK(written(answer, context_of()) ==
          std::string{status_line(status)} + own + "ETag: \"1\"\r\n\r\n");
  }
}

TEST_CASE("205 has no content") {
  response answer = hello();
  answer.set_status(http_status::reset_content);
  CHECK(written(answer, context_of()).ends_with("Content-Length: 0\r\n\r\n"));
}

TEST_CASE("Connection is said where it is not the default of the version") {
  auto context = context_of();
  const std::string close = "\r\nConnection: close\r\n\r\nhello";
  const std::string keep_alive = "\r\nConnection: keep-alive\r\n\r\nhello";
  context.keep_alive = false;
  CHECK(written(hello(), context).ends_with(close));
  context.minor_version = 0;
  CHECK(written(hello(), context).ends_with(close));
  context.keep_alive = true;
  CHECK(written(hello(), context).ends_with(keep_alive));
  CHECK(written(hello(), context).starts_with("HTTP/1.1 "));
  context.minor_version = 1;
  CHECK(written(hello(), context).find("Connection") == std::string::npos);
}

TEST_CASE("a handler's Server and Date take the place of the connection's") {
  response answer;
  answer.set_header("server", "x");
  answer.set_header("DATE", "y");
  CHECK(written(answer, context_of()) ==
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nserver: x\r\nDATE: y\r\n\r\n");
}

TEST_CASE("a status without a phrase keeps the blank before it") {
  // RFC 9112 4
  const response answer{static_cast<http_status>(299)};
  CHECK(written(answer, context_of()).starts_with("HTTP/1.1 299 \r\n"));
}

TEST_CASE("without a date in the context the current one is sent") {
  const auto text = written(hello(), http::response_context{});
  const auto at = text.find("\r\nDate: ");
  REQUIRE(at != std::string::npos);
  CHECK(text.substr(at + 8 + 25, 6) == " GMT\r\n");
}

TEST_CASE("answers are appended to what waits in the buffer") {
  byte_buffer out;
  out.append("before ");
  http::write_continue(out);
  CHECK(out.view() == "before HTTP/1.1 100 Continue\r\n\r\n");
  http::write_response(out, hello(), context_of());
  const std::string one = written(hello(), context_of());
  CHECK(out.view() == "before HTTP/1.1 100 Continue\r\n\r\n" + one);
}

TEST_CASE("the room asked for holds the longest head") {
  response answer{http_status::network_authentication_required};
  answer.set_content_type("a/b");
  for (int i = 0; i < 50; ++i) answer.add_header("N" + std::to_string(i), std::string(200, 'v'));
  auto context = context_of();
  context.keep_alive = false;
  byte_buffer out;
  http::write_response(out, answer, context);
  CHECK(out.size() <= out.capacity());
  CHECK(out.view().ends_with(std::string(200, 'v') + "\r\nConnection: close\r\n\r\n"));
}

TEST_CASE("a request that could not be read is answered with problem+json and close") {
  byte_buffer out;
  http::write_error(out, detail::errors::missing_host, context_of(http_method::other));
  const std::string body = R"({"type":"about:blank","title":"Bad Request","status":400,)"
                           R"("detail":"the Host header is missing"})";
  CHECK(out.view() == "HTTP/1.1 400 Bad Request\r\n" + own +
                          "Content-Type: application/problem+json\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
}

TEST_CASE("a broken HEAD request is answered without a body") {
  byte_buffer out;
  http::write_error(out, detail::errors::missing_host, context_of(http_method::head));
  CHECK(out.view().ends_with("Connection: close\r\n\r\n"));
}
