#include "case_file.hpp"
#include "escapes.hpp"
#include "judgement.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>
#include <utility>

using namespace weft::conformance;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

const std::string sound =
    "case a  RFC 9112 3\n"
    "  because\n"
    "> GET / HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n\n";

std::string words_about(const std::string& text) {
  try {
    read_cases(text, "file.cases");
  } catch (const broken_case_file& broken) {
    return broken.what();
  }
  return "nothing";
}

/// The first fault of a server that sent `wire` for the case.
std::string fault_of(const std::string& outcome, const std::string& wire) {
  const auto c = read_cases(sound + outcome + "\n", "file.cases").front();
  const auto faults = faults_of_wire(c, wire);
  return faults.empty() ? "" : faults.front();
}

const std::string date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
const std::string close = "Connection: close\r\n";

std::string answer_of(const std::string& status, const std::string& fields,
                      const std::string& body = "") {
  return "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

const std::string canary_answer =
    answer_of("200 OK", date + close, "GET /canary\nhost canary\nConnection: close\n");

}  // namespace

TEST_CASE("a case has an id, a source, a reason, bytes and outcomes") {
  const auto cases =
      read_cases("# a comment\n" + sound +
                     "limit max_body_bytes 7\n< 200 keep-alive\n= GET /\n! path /x\n"
                     "+ Allow: GET\n- Location\n< refused 400,501 host,method no-body\n",
                 "file.cases");
  REQUIRE(cases.size() == 1);
  const auto& c = cases.front();
  CHECK(c.id == "a");
  CHECK(c.rfc == "9112 3");
  CHECK(c.why == "because");
  CHECK(c.place() == "file.cases:2: a");
  CHECK(c.bytes == "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(c.limits.max_body_bytes == 7);
  REQUIRE(c.outcomes.size() == 2);
  CHECK(c.outcomes[0].statuses == std::vector<unsigned>{200});
  CHECK(c.outcomes[0].seen == std::vector<std::string>{"GET /"});
  CHECK(c.outcomes[0].unseen == std::vector<std::string>{"path /x"});
  CHECK(c.outcomes[0].fields == std::vector<std::string>{"Allow: GET"});
  CHECK(c.outcomes[0].missing == std::vector<std::string>{"Location"});
  CHECK(c.outcomes[1].statuses == std::vector<unsigned>{400, 501});
  CHECK(c.outcomes[1].reasons == std::vector<std::string>{"host", "method"});
  CHECK_FALSE(c.outcomes[1].has_body);
  CHECK_FALSE(c.keeps_alive());
}

TEST_CASE("a broken file is refused with its line") {
  const std::pair<std::string, std::string> broken[] = {
      {"", "file.cases:1: there is no case"},
      {"> bytes\n", "file.cases:1: a case begins with"},
      {"case a\n", "file.cases:1: a case begins with"},
      {"case a  RFC 9112\n", "file.cases:1: a case begins with"},
      {"case a  RFC 9112 3\n> x\n< 200 close\n", "file.cases:1: the case does not say why"},
      {"case a  RFC 9112 3\n  why\n< 200 close\n", "file.cases:1: the case has no bytes"},
      {sound, "file.cases:1: the case has no outcome"},
      {sound + "< 200 close", "file.cases:4: the last line has no end"},
      {sound + "< 200 close\n< 200 close\n", "file.cases:5: nothing happens after"},
      {sound + "< 200\n", "file.cases:4: an answer is"},
      {sound + "< 99 close\n", "file.cases:4: a status is"},
      {sound + "< 200 close body\n", "file.cases:4: behind an answer stand"},
      {sound + "< refused 400\n", "file.cases:4: a refusal is"},
      {sound + "= GET /\n", "file.cases:4: there is no outcome"},
      {sound + "> x \n", "file.cases:4: blanks at a line's end"},
      {sound + "> \\y\n", "file.cases:4: a backslash that begins no escape"},
      {sound + "< 200 close\n> x\n", "file.cases:5: bytes stand before"},
      {sound + "limit max_fun 3\n", "file.cases:4: there is no such limit"},
      {sound + "limit max_body_bytes many\n", "file.cases:4: there is no such limit"},
      {sound + "? what\n", "file.cases:4: this line has no meaning"},
  };
  for (const auto& [text, words] : broken) {
    CAPTURE(text);
    CHECK_THAT(words_about(text), StartsWith(words));
  }
}

TEST_CASE("escapes stand for every byte and for repetition") {
  CHECK(unescape("a\\r\\n\\t\\0\\\\\\x7f\\xFFb") == std::string("a\r\n\t\0\\\x7f\xff"
                                                                "b",
                                                                9));
  CHECK(unescape("\\(ab\\n*3)c") == "ab\nab\nab\nc");
  CHECK(unescape("\\(a*0)") == "");
  CHECK(unescape("(a*2)") == "(a*2)");
  for (const char* broken : {"\\", "\\q", "\\x1", "\\xgg", "\\(a", "\\(a)", "\\(a*)", "\\(a*-1)"}) {
    CAPTURE(broken);
    CHECK(unescape(broken) == std::nullopt);
  }
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  CHECK(unescape(escape(every)) == every);
}

TEST_CASE("what a server must not do is a fault") {
  const auto good = answer_of("200 OK", date, "GET /\n");
  const std::string keeps = "< 200 keep-alive\n= GET /";
  CHECK(fault_of(keeps, good + canary_answer).empty());

  CHECK_THAT(fault_of(keeps, ""), ContainsSubstring("there is no answer"));
  CHECK_THAT(fault_of(keeps, good), ContainsSubstring("canary: there is no answer"));
  CHECK_THAT(fault_of(keeps, good + good), ContainsSubstring("canary"));
  CHECK_THAT(fault_of(keeps, good + canary_answer + "x"), ContainsSubstring("there is more: x"));
  CHECK_THAT(fault_of(keeps, answer_of("404 Not Found", date)), ContainsSubstring("with 404"));
  CHECK_THAT(fault_of(keeps, answer_of("200 OK", "", "GET /\n")), ContainsSubstring("Date"));
  CHECK_THAT(fault_of(keeps, answer_of("200 OK", "Date: now\r\n", "GET /\n")),
             ContainsSubstring("Date"));
  CHECK_THAT(fault_of(keeps, answer_of("200 OK", date + close, "GET /\n")),
             ContainsSubstring("Connection: close is said"));
  CHECK_THAT(fault_of(keeps, answer_of("200 OK", date, "GET /smuggled\n")),
             ContainsSubstring("did not see \"GET /\""));
  CHECK_THAT(fault_of(keeps, "HTTP/1.1 200 OK\r\n" + date + "\r\n"),
             ContainsSubstring("Content-Length"));
  CHECK_THAT(fault_of(keeps, "HTTP/1.1 200 OK\nDate: x\n\n"), ContainsSubstring("no end"));
  CHECK_THAT(fault_of(keeps, "HTTP/1.1 100 Continue\r\n\r\n" + good),
             ContainsSubstring("answered with 100"));
  CHECK_THAT(fault_of("< 204 keep-alive no-body", answer_of("204 No Content", date)),
             ContainsSubstring("never is"));

  const std::string refused = "< refused 400 host";
  const std::string type = "Content-Type: application/problem+json\r\n";
  const std::string problem = R"({"status":400,"detail":"the host is malformed"})";
  const auto refusal = answer_of("400 Bad Request", date + close + type, problem);
  CHECK(fault_of(refused, refusal).empty());
  CHECK_THAT(fault_of(refused, refusal + canary_answer), ContainsSubstring("there is more"));
  CHECK_THAT(fault_of(refused, answer_of("400 Bad Request", date + type, problem)),
             ContainsSubstring("it is not said"));
  CHECK_THAT(fault_of(refused, answer_of("400 Bad Request", date + close, problem)),
             ContainsSubstring("problem+json"));
}

TEST_CASE("a parser that takes a refused message for a request is a fault") {
  using end = parsed_message::end;
  const auto c = read_cases(sound + "< refused 400 host\n", "file.cases").front();
  CHECK(faults_of_parse(c, {{end::refused, "", false, 400, "host"}}).empty());
  CHECK(faults_of_parse(c, {{end::refused, "", false, 400, "method"}}).size() == 1);
  CHECK(faults_of_parse(c, {{end::refused, "", false, 501, "host"}}).size() == 1);
  CHECK(faults_of_parse(c, {{end::complete, "GET /\n", false, 0, ""}}).size() == 1);
  CHECK(faults_of_parse(c, {}).size() == 1);
}
