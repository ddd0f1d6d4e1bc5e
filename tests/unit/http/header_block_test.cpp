#include "transcript.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace std::string_literals;
using namespace weft;
using test::check_refused;
using test::check_transcript;

namespace {

struct good_block {
  const char* rule;
  std::string lines;  // behind "GET / HTTP/1.1", without the empty line
  std::string told;   // behind the target
};

struct bad_block {
  const char* rule;
  std::string lines;
  std::string refusal;
};

std::string request_with(const std::string& lines) { return "GET / HTTP/1.1\r\n" + lines + "\r\n"; }

}  // namespace

TEST_CASE("header lines are split at the colon, and blanks around the value are removed") {
  const good_block rows[] = {
      {"9112 5.1 no blank", "Host:h\r\n", "host h | 1.1 keep-alive\nHost: h\n"},
      {"9112 5.1 blanks and tabs", "Host: \t h\t \r\n", "host h | 1.1 keep-alive\nHost: h\n"},
      {"9110 5.5 inner blanks stay", "Host: h\r\nA: b \t c\r\n",
       "host h | 1.1 keep-alive\nHost: h\nA: b \t c\n"},
      {"9110 5.5 empty values", "Host: h\r\nA:\r\nB: \t\r\n",
       "host h | 1.1 keep-alive\nHost: h\nA: \nB: \n"},
      {"9110 5.5 bytes above ASCII", "Host: h\r\nA: \x80\xff\r\n",
       "host h | 1.1 keep-alive\nHost: h\nA: \x80\xff\n"},
      {"9110 5.1 names are tokens", "Host: h\r\n!#$%&'*+-.^_`|~09aZ: b\r\n",
       "host h | 1.1 keep-alive\nHost: h\n!#$%&'*+-.^_`|~09aZ: b\n"},
      {"9110 5.1 names in any case", "hOsT: h\r\nCONNECTION: Close\r\n",
       "host h | 1.1 close\nhOsT: h\nCONNECTION: Close\n"},
      {"9110 5.2 equal names stay apart and in order", "Host: h\r\nA: 1\r\nb: 2\r\nA: 3\r\n",
       "host h | 1.1 keep-alive\nHost: h\nA: 1\nb: 2\nA: 3\n"},
      {"9112 5 colons in a value", "Host: h\r\nA: b:c: d\r\n",
       "host h | 1.1 keep-alive\nHost: h\nA: b:c: d\n"},
      {"9112 9.6 close among other options", "Host: h\r\nConnection: x, close ,y\r\n",
       "host h | 1.1 close\nHost: h\nConnection: x, close ,y\n"},
      {"9112 9.6 close wins over keep-alive",
       "Host: h\r\nConnection: keep-alive\r\nConnection: close\r\n",
       "host h | 1.1 close\nHost: h\nConnection: keep-alive\nConnection: close\n"},
      {"9110 7.6.1 an option only looks like close", "Host: h\r\nConnection: closed, xclose\r\n",
       "host h | 1.1 keep-alive\nHost: h\nConnection: closed, xclose\n"},
      {"9110 7.8 an upgrade to h2c is not heard", "Host: h\r\nUpgrade: h2c\r\n",
       "host h | 1.1 keep-alive\nHost: h\nUpgrade: h2c\n"},
      {"9112 6.3 a length of 0", "Host: h\r\nContent-Length: 0\r\n",
       "host h | 1.1 keep-alive\nHost: h\nContent-Length: 0\n"},
      {"9110 10.1.1 nothing to continue with", "Host: h\r\nExpect: 100-continue\r\n",
       "host h | 1.1 keep-alive\nHost: h\nExpect: 100-continue\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.rule);
    check_transcript(request_with(row.lines), "GET / | / |  | " + row.told + "done\n");
  }
}

TEST_CASE("a malformed header line is refused") {
  const bad_block rows[] = {
      {"9112 5.1 blank before the colon", "Host : h\r\n", "400 field_name"},
      {"9112 5.1 HTAB before the colon", "Host\t: h\r\n", "400 field_name"},
      {"9112 5 no colon", "Host: h\r\nA\r\n", "400 field_name"},
      {"9112 5 empty name", "Host: h\r\n: b\r\n", "400 field_name"},
      {"9110 5.1 name is no token", "Host: h\r\nA(b): c\r\n", "400 field_name"},
      {"9110 5.1 name above ASCII", "Host: h\r\n\xc3\xa4: c\r\n", "400 field_name"},
      {"9112 5.2 obs-fold", "Host: h\r\nA: b\r\n c\r\n", "400 folded_field"},
      {"9112 5.2 obs-fold with HTAB", "Host: h\r\nA: b\r\n\tc\r\n", "400 folded_field"},
      {"9112 2.2 blank before the first line", " Host: h\r\n", "400 folded_field"},
      {"9112 2.2 blank line end only", "Host: h\r\n \r\n", "400 folded_field"},
      {"9112 2.2 bare LF", "Host: h\nA: b\r\n", "400 bare_line_feed"},
      {"9112 2.2 bare LF as empty line", "Host: h\r\n\n", "400 bare_line_feed"},
      {"9112 2.2 bare CR in a value", "Host: h\r\nA: b\rc\r\n", "400 bare_carriage_return"},
      {"9112 2.2 bare CR in a name", "Host: h\r\nA\rb: c\r\n", "400 bare_carriage_return"},
      {"9112 2.2 CR CR LF", "Host: h\r\r\n", "400 bare_carriage_return"},
      {"9112 2.2 CR at the start of a line", "Host: h\r\n\rA: b\r\n", "400 bare_carriage_return"},
      {"9110 5.5 NUL in a value", "Host: h\r\nA: b\0c\r\n"s, "400 control_byte"},
      {"9110 5.5 NUL in a name", "Host: h\r\nA\0b: c\r\n"s, "400 control_byte"},
      {"9110 5.5 DEL in a value", "Host: h\r\nA: \x7f\r\n", "400 control_byte"},
      {"9110 5.5 escape in a value", "Host: h\r\nA: \x1b[2J\r\n", "400 control_byte"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.rule);
    check_refused(request_with(row.lines), row.refusal);
  }
}

TEST_CASE("Host is demanded once and in the grammar of a host") {
  const bad_block rows[] = {
      {"9112 3.2 missing", "A: b\r\n", "400 host_missing"},
      {"9112 3.2 no header at all", "", "400 host_missing"},
      {"9112 3.2 twice", "Host: h\r\nA: b\r\nhost: h\r\n", "400 host_repeated"},
      {"9110 4.2.1 empty", "Host:\r\n", "400 host"},
      {"9110 7.2 userinfo", "Host: u@h\r\n", "400 host"},
      {"9110 7.2 path", "Host: h/a\r\n", "400 host"},
      {"9110 7.2 list", "Host: a, b\r\n", "400 host"},
      {"3986 3.2.3 port", "Host: h:80a\r\n", "400 host"},
      {"3986 3.2.2 literal", "Host: [::1\r\n", "400 host"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.rule);
    check_refused(request_with(row.lines), row.refusal);
  }
}

TEST_CASE("the authority of an absolute-form target takes the place of what Host says") {
  check_transcript("GET http://a/ HTTP/1.1\r\nA: b\r\nhost: b\r\n\r\n",
                   "GET http://a/ | / |  | host a | 1.1 keep-alive\nA: b\nhost: a\ndone\n");
  check_transcript("GET http://a/ HTTP/1.0\r\n\r\n",
                   "GET http://a/ | / |  | host a | 1.0 close\ndone\n");
  check_refused("GET http://a/ HTTP/1.1\r\n\r\n", "400 host_missing");
  check_refused("GET http://a/ HTTP/1.1\r\nHost: b c\r\n\r\n", "400 host");
}

TEST_CASE("HTTP/1.0 needs no Host and keeps the connection only when asked to") {
  check_transcript("GET / HTTP/1.0\r\n\r\n", "GET / | / |  | host  | 1.0 close\ndone\n");
  check_transcript("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
                   "GET / | / |  | host  | 1.0 keep-alive\nConnection: Keep-Alive\ndone\n");
  check_transcript("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
                   "GET / | / |  | host  | 1.0 close\nConnection: keep-alive, close\ndone\n");
  check_refused("GET / HTTP/1.0\r\nHost: a b\r\n\r\n", "400 host");
}

TEST_CASE("the only expectation is 100-continue, and HTTP/1.0 has none") {
  check_transcript(
      "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
      "PUT / | / |  | host h | 1.1 keep-alive expects-continue\n"
      "Host: h\nExpect: 100-Continue\nContent-Length: 1\nbody x\ndone\n");
  check_transcript("PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
                   "PUT / | / |  | host  | 1.0 close\n"
                   "Expect: 100-continue\nContent-Length: 1\nbody x\ndone\n");
  check_refused(request_with("Host: h\r\nExpect: 200-ok\r\n"), "417 expectation");
  check_refused(request_with("Host: h\r\nExpect: 100-continue, x\r\n"), "417 expectation");
}
