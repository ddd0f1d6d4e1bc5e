#include <weft/http/request_target.hpp>

#include <weft/http/redirect.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>

using namespace weft;
using http::client_request;
using http::follow_redirect;
using http::read_target;
using http::resolve_location;

namespace {

struct good_url {
  std::string url;
  std::string host;
  int port;
  std::string authority;
  std::string target;
};

class no_bytes final : public http::outgoing_body {
public:
  task<result<std::string_view>> read() override { co_return condition::eof; }
};

client_request post_with_secrets(std::string url) {
  client_request request(http_method::post, std::move(url));
  request.set_header("Authorization", "Basic eDp5");
  request.set_header("Cookie", "a=b");
  request.set_header("X-Other", "kept");
  request.set_body("text", "text/plain");
  return request;
}

}  // namespace

TEST_CASE("an http URL says where a request goes") {
  const good_url rows[] = {
      {"http://a.example", "a.example", 80, "a.example", "/"},
      {"http://a.example/", "a.example", 80, "a.example", "/"},
      {"HTTP://A.Example:80/B?C", "a.example", 80, "a.example", "/B?C"},
      {"http://a:8080?q", "a", 8080, "a:8080", "/?q"},
      {"http://a:/x", "a", 80, "a", "/x"},
      {"http://127.0.0.1:08080/%41", "127.0.0.1", 8080, "127.0.0.1:8080", "/%41"},
      {"http://[::1]:9/x", "::1", 9, "[::1]:9", "/x"},
      {"http://a/b?c#d", "a", 80, "a", "/b?c"},
      {"http://a/?", "a", 80, "a", "/?"},
      {"http://a//b/../c", "a", 80, "a", "//b/../c"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.url);
    const auto read = read_target(row.url);
    REQUIRE(read.has_value());
    CHECK(read->host == row.host);
    CHECK(read->port == row.port);
    CHECK(read->authority == row.authority);
    CHECK(read->target == row.target);
  }
}

TEST_CASE("what is no http URL is refused, and so is what could smuggle a request") {
  for (const std::string url : {"",
                                "/x",
                                "a.example",
                                "http:",
                                "http:/a",
                                "http:///x",
                                "http://",
                                "http://:80/",
                                "http://a:0/",
                                "http://a:65536/",
                                "http://a:x/",
                                "http://a b/",
                                "http://a/ b",
                                "http://a/\r\nX: y",
                                "http://a/x HTTP/1.1\r\n\r\n",
                                "http://a\r\n/",
                                "http://a/\t",
                                "http://u:p@a/",
                                "http://u@a/",
                                "http://a%0d%0a/",
                                "http://%61/",
                                "http://[::1/",
                                "http://[v1.x]/",
                                "http://a/%zz",
                                "http://a/%4",
                                "http://a/[",
                                "http://a/\x7f",
                                "http://a/\xc3\xa9",
                                "http://[::1%25eth0]/"}) {
    CAPTURE(url);
    const auto read = read_target(url);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error() == condition::bad_input);
  }
  CHECK(read_target(std::string("http://a/\0b", 11)).error() == condition::bad_input);
  for (const std::string url : {"https://a/", "ftp://a/", "ws://a/"}) {
    CAPTURE(url);
    CHECK(read_target(url).error() == std::errc::protocol_not_supported);
  }
}

TEST_CASE("a Location is read from where the answer came from") {
  const std::string from = "http://a.example/b/c?d";
  CHECK(resolve_location(from, "http://x/y") == std::string("http://x/y"));
  CHECK(resolve_location(from, "/y?z") == std::string("http://a.example/y?z"));
  CHECK(resolve_location(from, "y") == std::string("http://a.example/b/y"));
  CHECK(resolve_location(from, "../y") == std::string("http://a.example/y"));
  CHECK(resolve_location(from, "//x/y") == std::string("http://x/y"));
  CHECK(resolve_location(from, "?e") == std::string("http://a.example/b/c?e"));
  CHECK(resolve_location(from, "/y#f") == std::string("http://a.example/y"));
  CHECK(resolve_location(from, "http://x/ y").error() == condition::bad_input);
}

TEST_CASE("redirects make a GET where browsers and servers expect it") {
  struct row {
    http_status status;
    http_method asked;
    http_method then;
  };
  using enum http_status;
  const row rows[] = {
      {moved_permanently, http_method::post, http_method::get},
      {found, http_method::post, http_method::get},
      {see_other, http_method::post, http_method::get},
      {moved_permanently, http_method::put, http_method::put},
      {found, http_method::delete_, http_method::delete_},
      {see_other, http_method::put, http_method::get},
      {see_other, http_method::head, http_method::head},
      {moved_permanently, http_method::head, http_method::head},
      {temporary_redirect, http_method::post, http_method::post},
      {permanent_redirect, http_method::post, http_method::post},
  };
  for (const auto& [status, asked, then] : rows) {
    CAPTURE(static_cast<int>(status), to_string(asked));
    client_request request(asked, "http://a/1");
    if (asked != http_method::head) request.set_body("text", "text/plain");
    REQUIRE(follow_redirect(request, status, "http://a/2"));
    CHECK(request.method() == then);
    CHECK(request.url() == "http://a/2");
    const bool keeps_body = then == asked && asked != http_method::head;
    CHECK(request.has_body() == keeps_body);
    CHECK(request.header("Content-Type").has_value() == keeps_body);
  }
}

TEST_CASE("credentials stay at their origin") {
  for (const std::string to : {"http://b/", "http://a:81/", "http://a.b/", "https://a/"}) {
    CAPTURE(to);
    auto request = post_with_secrets("http://a/");
    REQUIRE(follow_redirect(request, http_status::temporary_redirect, to));
    CHECK_FALSE(request.header("Authorization"));
    CHECK_FALSE(request.header("Cookie"));
    CHECK(request.header("X-Other") == "kept");
    CHECK(request.body() == "text");
  }
  for (const std::string to : {"http://a/x", "http://A/", "http://a:80/"}) {
    CAPTURE(to);
    auto request = post_with_secrets("http://a/");
    REQUIRE(follow_redirect(request, http_status::temporary_redirect, to));
    CHECK(request.header("Authorization"));
    CHECK(request.header("Cookie"));
  }
}

TEST_CASE("a redirect is not followed from https to http, nor with a body that is gone") {
  client_request secure(http_method::get, "https://a/");
  CHECK_FALSE(follow_redirect(secure, http_status::found, "http://a/"));
  client_request streamed(http_method::post, "http://a/");
  streamed.set_body(std::make_shared<no_bytes>());
  CHECK_FALSE(follow_redirect(streamed, http_status::temporary_redirect, "http://a/2"));
  CHECK(streamed.url() == "http://a/");
  CHECK(follow_redirect(streamed, http_status::see_other, "http://a/2"));
}
