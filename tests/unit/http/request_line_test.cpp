#include "transcript.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace std::string_literals;
using namespace weft;
using test::check_refused;
using test::check_transcript;

namespace {

struct good_line {
  const char* rule;
  std::string line;
  std::string told;  // up to the header lines
};

/// What the transcript says of the request's host, which its Host field then says too.
std::string host_told(const std::string& told) {
  const auto at = told.find("| host ") + 7;
  return told.substr(at, told.find(' ', at) - at);
}

struct bad_line {
  const char* rule;
  std::string line;
  std::string refusal;
};

std::string with_host(const std::string& line) { return line + "\r\nHost: h\r\n\r\n"; }

}  // namespace

TEST_CASE("a valid request line is split into method, path, query and host") {
  const good_line rows[] = {
      {"9112 3.2.1 origin-form", "GET / HTTP/1.1", "GET / | / |  | host h | 1.1 keep-alive"},
      {"9112 3.2.1 query", "GET /a/b?c=d&e HTTP/1.1",
       "GET /a/b?c=d&e | /a/b | c=d&e | host h | 1.1 keep-alive"},
      {"9112 3.2.1 empty query", "GET /a? HTTP/1.1", "GET /a? | /a |  | host h | 1.1 keep-alive"},
      {"3986 3.4 '?' and '/' in a query", "GET /?a?/b HTTP/1.1",
       "GET /?a?/b | / | a?/b | host h | 1.1 keep-alive"},
      {"3986 2.1 escapes", "GET /%2F%c3%A4?%20 HTTP/1.1",
       "GET /%2F%c3%A4?%20 | /%2F%c3%A4 | %20 | host h | 1.1 keep-alive"},
      {"3986 3.3 every pchar", "GET //aZ09-._~!$&'()*+,;=:@/ HTTP/1.1",
       "GET //aZ09-._~!$&'()*+,;=:@/ | //aZ09-._~!$&'()*+,;=:@/ |  | host h | 1.1 keep-alive"},
      {"9112 3.2.2 absolute-form", "GET http://b.example:81/c?d HTTP/1.1",
       "GET http://b.example:81/c?d | /c | d | host b.example:81 | 1.1 keep-alive"},
      {"9112 3.2.2 scheme in any case", "GET hTTpS://[::1]/ HTTP/1.1",
       "GET hTTpS://[::1]/ | / |  | host [::1] | 1.1 keep-alive"},
      {"9110 4.2.3 absolute-form without path", "GET http://b HTTP/1.1",
       "GET http://b | / |  | host b | 1.1 keep-alive"},
      {"9110 4.2.3 absolute-form with query only", "GET http://b?q HTTP/1.1",
       "GET http://b?q | / | q | host b | 1.1 keep-alive"},
      {"9112 3.2.4 asterisk-form", "OPTIONS * HTTP/1.1",
       "OPTIONS * | * |  | host h | 1.1 keep-alive"},
      {"9112 3.2.4 absolute asterisk", "OPTIONS http://b HTTP/1.1",
       "OPTIONS http://b | * |  | host b | 1.1 keep-alive"},
      {"9110 9.1 unknown methods are tokens", "!#$%&'*+-.^_`|~09 / HTTP/1.1",
       "!#$%&'*+-.^_`|~09 / | / |  | host h | 1.1 keep-alive"},
      {"9110 9.1 methods are case-sensitive", "get / HTTP/1.1",
       "get / | / |  | host h | 1.1 keep-alive"},
      {"9112 2.3 HTTP/1.0 closes", "GET / HTTP/1.0", "GET / | / |  | host h | 1.0 close"},
      {"9110 2.5 a later minor version is 1.1", "GET / HTTP/1.9",
       "GET / | / |  | host h | 1.1 keep-alive"},
      {"9112 2.2 an empty line before", "\r\nGET / HTTP/1.1",
       "GET / | / |  | host h | 1.1 keep-alive"},
      {"9112 2.2 four empty lines before", "\r\n\r\n\r\n\r\nGET / HTTP/1.1",
       "GET / | / |  | host h | 1.1 keep-alive"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.rule);
    check_transcript(with_host(row.line), row.told + "\nHost: " + host_told(row.told) + "\ndone\n");
  }
}

TEST_CASE("a malformed request line is refused") {
  const bad_line rows[] = {
      {"9112 3 no blank", "GET", "400 request_line"},
      {"9112 3 HTTP/0.9", "GET /", "400 request_line"},
      {"9112 3 no method", " / HTTP/1.1", "400 request_line"},
      {"9112 3 two blanks before the target", "GET  / HTTP/1.1", "400 target"},
      {"9112 3 two blanks behind the target", "GET /  HTTP/1.1", "400 target"},
      {"9112 3 blank at the end", "GET / HTTP/1.1 ", "400 request_line"},
      {"9112 3 no blank before the version", "GET /abcHTTP/1.1", "400 request_line"},
      {"9112 3 HTAB as separator", "GET\t/ HTTP/1.1", "400 request_line"},
      {"9112 3 no target", "GET HTTP/1.1", "400 request_line"},
      {"9112 3 empty target", "GET  HTTP/1.1", "400 request_line"},
      {"9110 5.6.2 method is no token", "G@T / HTTP/1.1", "400 request_line"},
      {"9110 5.6.2 method above ASCII", "G\xc3\xa4T / HTTP/1.1", "400 request_line"},
      {"9112 2.3 name in lower case", "GET / http/1.1", "400 request_line"},
      {"9112 2.3 two minor digits", "GET / HTTP/1.10", "400 request_line"},
      {"9112 2.3 no minor", "GET / HTTP/1.", "400 request_line"},
      {"9112 2.3 no dot", "GET / HTTP/1-1", "400 request_line"},
      {"9112 2.3 no digit", "GET / HTTP/x.1", "400 request_line"},
      {"9110 15.6.6 HTTP/2 preface", "PRI * HTTP/2.0", "505 version"},
      {"9110 15.6.6 version 0", "GET / HTTP/0.9", "505 version"},
      {"9110 15.6.6 version 3", "GET / HTTP/3.0", "505 version"},
      {"3986 3.3 blank in a target", "GET /a b HTTP/1.1", "400 target"},
      {"3986 2.1 escape cut", "GET /%4 HTTP/1.1", "400 target"},
      {"3986 2.1 escape without hex", "GET /%4g HTTP/1.1", "400 target"},
      {"3986 2.1 lone percent", "GET /% HTTP/1.1", "400 target"},
      {"3986 2.1 escape cut in a query", "GET /?%2 HTTP/1.1", "400 target"},
      {"9112 3.2.1 fragment", "GET /a#b HTTP/1.1", "400 target"},
      {"3986 2 backslash", "GET /a\\b HTTP/1.1", "400 target"},
      {"3986 2 quote", "GET /\"a\" HTTP/1.1", "400 target"},
      {"3986 2 angle brackets", "GET /<a> HTTP/1.1", "400 target"},
      {"3986 2 braces and bar", "GET /?a={b|c} HTTP/1.1", "400 target"},
      {"3986 2 square brackets", "GET /?a[]=b HTTP/1.1", "400 target"},
      {"3986 2 above ASCII", "GET /\xc3\xa4 HTTP/1.1", "400 target"},
      {"9112 3.2.1 no leading slash", "GET a HTTP/1.1", "400 target"},
      {"9112 3.2.1 query alone", "GET ?a HTTP/1.1", "400 target"},
      {"9112 3.2.2 other scheme", "GET ftp://b/ HTTP/1.1", "400 target"},
      {"9112 3.2.2 scheme without slashes", "GET http:/b HTTP/1.1", "400 target"},
      {"9110 4.2.1 no host", "GET http:///a HTTP/1.1", "400 host"},
      {"9110 4.2.4 userinfo", "GET http://u:p@b/ HTTP/1.1", "400 host"},
      {"3986 3.2.3 port", "GET http://b:x/ HTTP/1.1", "400 host"},
      {"3986 3.2 authority above ASCII", "GET http://\xc3\xa4/ HTTP/1.1", "400 host"},
      {"9112 3.2.4 asterisk without OPTIONS", "GET * HTTP/1.1", "400 target_form"},
      {"9112 3.2.3 CONNECT without authority-form", "CONNECT / HTTP/1.1", "400 target_form"},
      {"9110 9.3.6 CONNECT", "CONNECT b.example:443 HTTP/1.1", "501 method"},
      {"9110 9.3.8 TRACE", "TRACE / HTTP/1.1", "501 method"},
      {"9112 2.2 a fifth empty line", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1", "400 empty_lines"},
      {"9112 2.2 CR alone before", "\rGET / HTTP/1.1", "400 bare_carriage_return"},
      {"9112 2.2 LF alone before", "\nGET / HTTP/1.1", "400 bare_line_feed"},
      {"9112 2.2 LF as line end", "GET / HTTP/1.1\nHost: h", "400 bare_line_feed"},
      {"9112 2.2 CR in the line", "GET /\r HTTP/1.1", "400 bare_carriage_return"},
      {"9112 2.2 CR CR LF", "GET / HTTP/1.1\r", "400 bare_carriage_return"},
      {"9110 5.5 NUL", "GET /\0 HTTP/1.1"s, "400 control_byte"},
      {"9110 5.5 DEL", "GET /\x7f HTTP/1.1", "400 control_byte"},
      {"5246 a TLS hello", "\x16\x03\x01\x02", "400 control_byte"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.rule);
    check_refused(with_host(row.line), row.refusal);
  }
}
