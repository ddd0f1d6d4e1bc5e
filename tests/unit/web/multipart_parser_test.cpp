#include "web/multipart_parser.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using weft::detail::multipart_event;
using weft::detail::multipart_parser;
using weft::form_limits;

std::string describe(const weft::part_head& head) {
  std::string text = "[" + head.name;
  if (head.filename) text += "|" + *head.filename;
  if (!head.content_type.empty()) text += "|" + head.content_type;
  return text + "]";
}

/// What the parser makes of a form that arrives in these pieces: "[name|file|type]data" for each
/// part, "." at a good end, "!413 what is wrong" at a bad one.
std::string read(const std::vector<std::string_view>& pieces, const form_limits& limits = {},
                 std::string_view boundary = "B") {
  multipart_parser parser(boundary, limits);
  std::string seen;
  bool in_part = false;
  for (auto piece : pieces) {
    // In an allocation of its own size, so that a sanitizer sees a read past the end.
    const auto bytes = std::make_unique<char[]>(piece.size());
    piece.copy(bytes.get(), piece.size());
    std::string_view rest(bytes.get(), piece.size());
    for (bool more = true; more;) {
      const auto step = parser.next(rest);
      REQUIRE(step.consumed <= rest.size());
      rest.remove_prefix(step.consumed);
      switch (step.event) {
        case multipart_event::need_more:
          REQUIRE(rest.empty());
          more = false;
          break;
        case multipart_event::part:
          REQUIRE_FALSE(std::exchange(in_part, true));
          seen += describe(parser.head());
          break;
        case multipart_event::data:
          REQUIRE(in_part);
          REQUIRE_FALSE(parser.data().empty());
          seen += parser.data();
          break;
        case multipart_event::part_end: REQUIRE(std::exchange(in_part, false)); break;
        case multipart_event::error:
          return seen + "!" + std::to_string(static_cast<int>(parser.error().status)) + " " +
                 parser.error().text;
      }
    }
  }
  if (!parser.finish()) return seen + "!400 " + parser.error().text;
  return seen + ".";
}

/// The same, which must not depend on how the bytes arrive.
std::string read(const std::string& form, const form_limits& limits = {},
                 std::string_view boundary = "B") {
  auto whole = read(std::vector<std::string_view>{form}, limits, boundary);
  const std::string_view text = form;
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < text.size(); ++i) {
    INFO("cut at " << i);
    const std::vector<std::string_view> halves = {text.substr(0, i), text.substr(i)};
    CHECK(read(halves, limits, boundary) == whole);
    single.push_back(text.substr(i, 1));
  }
  CHECK(read(single, limits, boundary) == whole);
  return whole;
}

const std::string a = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
const std::string end = "\r\n--B--\r\n";

TEST_CASE("a form is told as its parts, however its bytes arrive") {
  CHECK(read(a + "1" + end) == "[a]1.");
  CHECK(read(a + end) == "[a].");
  CHECK(read(a + "1\r\n" + a + "2\r\n--B--") == "[a]1[a]2.");
  CHECK(read("--B--") == ".");
  CHECK(read("--B--\r\n") == ".");
  CHECK(read("\r\n--B--\r\n") == ".");
  CHECK(read("--B\r\ncontent-type:text/plain ; charset=UTF-8 \r\n"
             "CONTENT-DISPOSITION:Form-Data;filename=x.txt ; NAME=f\r\nX-More: 1\r\n\r\nabc" +
             end) == "[f|x.txt|text/plain ; charset=UTF-8]abc.");
}

TEST_CASE("what looks like a boundary and is none belongs to the data") {
  const std::string almost[] = {
      "\r",     "\n",        "\r\n",    "\r\n-",      "\r\n--",       "--B",         "\n--B\n",
      "\r\r\n", "\r\n--A",   "\r\n-B",  "\r--B",      "\r\n\r\n",     "\r\n--\r\n-", "a\r\n--\r\n",
      "x--B--", " \r\n --B", "\r\n--b", "\r\r\r\r\r", "\r\n\r\n--\r", "-\r\n--b--B"};
  for (const auto& data : almost) {
    INFO("data " << data.size());
    if (data == "--B") continue;  // at the front of the data it is the boundary, see below
    CHECK(read(a + data + end) == "[a]" + data + ".");
    CHECK(read(a + "x" + data + "y" + end) == "[a]x" + data + "y.");
  }
  CHECK(read(a + "x--B" + end) == "[a]x--B.");
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  CHECK(read(a + all + end) == "[a]" + all + ".");
}

TEST_CASE("the empty line of a part without a body may be the boundary's own") {
  const std::string head = "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n";
  CHECK(read(head + "--B--") == "[a].");
  CHECK(read(head + head + "1" + end) == "[a][a]1.");
}

TEST_CASE("what stands around the parts is passed over within bounds") {
  const form_limits small{.max_outside_bytes = 4};
  CHECK(read("abcd\r\n" + a + "1" + end, small) == "[a]1.");
  CHECK(read("\r\n\r\n\r\n" + a + "1" + end, small) == "[a]1.");
  CHECK(read(a + "1" + end + "abcd", small) == "[a]1.");
  CHECK(read("--A\r\n" + a + "1" + end) == "[a]1.");
  const std::string refused =
      "!400 The form has more than 4 bytes outside of its parts (max_outside_bytes).";
  CHECK(read("abcde\r\n" + a + "1" + end, small) == refused);
  CHECK(read(a + "1" + end + "abcde", small) == "[a]1" + refused);
  CHECK(read(a + "1" + end + std::string(1024, '\r')) == "[a]1.");
  CHECK(read("\r\n--B", {.max_outside_bytes = 0}) ==
        "!400 The form ends before its last boundary.");
}

TEST_CASE("a form that is not closed has lost something") {
  const std::string whole = a + "1\r\n--B--";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO("size " << size);
    CHECK(read(std::vector<std::string_view>{std::string_view(whole).substr(0, size)})
              .ends_with("!400 The form ends before its last boundary."));
  }
  CHECK(read(whole + "\r") == "[a]1!400 The form ends before its last boundary.");
}

TEST_CASE("a line that begins with the boundary is one, or the form is refused") {
  const std::string refused = "!400 The form has a line that begins with the boundary and goes on.";
  for (const std::string line :
       {"x", "B", "-", "-x", "\n", "\rx", " x", " --", "--x", "--\n", "--\rx", "-- x", "\r\r\n"}) {
    INFO("line " << line);
    CHECK(read(a + "1\r\n--B" + line + "\r\n") == "[a]1" + refused);
  }
  const std::string blanks(64, ' ');
  CHECK(read(a + "1\r\n--B" + blanks + "\r\n" + a.substr(5) + "2\r\n--B--" + blanks + "\r\n") ==
        "[a]1[a]2.");
  CHECK(read(a + "1\r\n--B\t" + blanks + "\r\n") == "[a]1" + refused);
  CHECK(read(a + "1\r\n--B--\t" + blanks) == "[a]1" + refused);
}

TEST_CASE("names and file names are read as browsers and others write them") {
  struct row {
    std::string disposition;
    std::string seen;
  };
  const row rows[] = {
      {"form-data; name=\"a\"", "[a]"},
      {"form-data;name=a", "[a]"},
      {"form-data ; name=a;", "[a]"},
      {"form-data; name=\"\"", "[]"},
      {"form-data; name=\"a b;c=d\"", "[a b;c=d]"},
      {"form-data; name=\"a[]\"; filename=\"\"", "[a[]|]"},
      {"form-data; name=\"\xc3\xa9\"; filename=\"\xe2\x82\xac.txt\"",
       "[\xc3\xa9|\xe2\x82\xac.txt]"},
      // What browsers escape, and what they do not.
      {"form-data; name=\"a%22b\"; filename=\"x%0D%0Ay%0d%0a\"", "[a\"b|x\r\ny\r\n]"},
      {"form-data; name=a; filename=\"100%25.txt\"", "[a|100%25.txt]"},
      {"form-data; name=a; filename=\"%2\"", "[a|%2]"},
      {"form-data; name=a; filename=\"%00%2F..\"", "[a|%00%2F..]"},
      // What curl and old browsers do.
      {"form-data; name=a; filename=\"x\\\"y\\\\z\"", "[a|x\"y\\z]"},
      {"form-data; name=a; filename=\"C:\\dir\\file.txt\"", "[a|C:\\dir\\file.txt]"},
      {"form-data; name=a; filename=\"../../etc/passwd\"", "[a|../../etc/passwd]"},
      // RFC 8187
      {"form-data; name=a; filename*=UTF-8''%e2%82%ac%20x", "[a|\xe2\x82\xac x]"},
      {"form-data; name=a; filename*=utf-8'en'x; filename=\"y\"", "[a|x]"},
      {"form-data; name=a; filename=y; filename*=UTF-8''x", "[a|x]"},
      {"form-data; name=a; other=1; other=2", "[a]"},
  };
  for (const auto& row : rows) {
    INFO(row.disposition);
    CHECK(read("--B\r\nContent-Disposition: " + row.disposition + "\r\n\r\n" + end) ==
          row.seen + ".");
  }
}

TEST_CASE("a part that does not say once which field it is refuses the form") {
  struct row {
    std::string head;
    std::string why;
  };
  const std::string good = "Content-Disposition: form-data; name=a\r\n";
  const std::string unread = "A part has a Content-Disposition that cannot be read.";
  const std::string no_field = "The head of a part has a line that is no field.";
  const std::string no_text = "The head of a part has bytes that are no text.";
  const std::string bare = "The head of a part has a line without CR LF.";
  using namespace std::string_literals;
  const row rows[] = {
      {"", "A part has no Content-Disposition."},
      {"Content-Type: text/plain\r\n", "A part has no Content-Disposition."},
      {"Content-Disposition: form-data\r\n", "A part has no name."},
      {"Content-Disposition: form-data; filename=x\r\n", "A part has no name."},
      {"Content-Disposition: attachment; name=a\r\n", "A part is no form-data."},
      {"Content-Disposition: form-datax; name=a\r\n", "A part is no form-data."},
      {good + good, "A part has two Content-Disposition."},
      {"Content-Disposition: form-data; name=a; name=b\r\n", "A part has a parameter twice."},
      {"Content-Disposition: form-data; name=a; filename=x; FileName=y\r\n",
       "A part has a parameter twice."},
      {"Content-Disposition: form-data; name\r\n", unread},
      {"Content-Disposition: form-data; =a\r\n", unread},
      {"Content-Disposition: form-data; name=\r\n", unread},
      {"Content-Disposition: form-data; name=a b\r\n", unread},
      {"Content-Disposition: form-data; name=\"a\r\n", unread},
      {"Content-Disposition: form-data; name=\"a\\\"\r\n", unread},
      {"Content-Disposition: form-data; name=\"a\"b\r\n", unread},
      {"Content-Disposition: form-data; name=a\"\r\n", unread},
      {"Content-Disposition: form-data; name = a\r\n", unread},
      {good + "Content-Disposition\r\n", no_field},
      {good + "X Y: 1\r\n", no_field},
      {good + ": 1\r\n", no_field},
      {good + " folded: 1\r\n", no_field},
      {good + "X: a\0b\r\n"s, no_text},
      {good + "X: a\rb\r\n", no_text},
      {good + "X: \xff\r\n", no_text},
      {"Content-Disposition: form-data; name=\"\xed\xa0\x80\"\r\n", no_text},
      {"Content-Disposition: form-data; name=a\n", bare},
      {good + "X: 1\n", bare},
      {good + "\n", bare},
      {"Content-Disposition: form-data; name=a; filename*=UTF-8''%ff\r\n",
       "A part has a filename* that is no UTF-8."},
      {"Content-Disposition: form-data; name=a; filename*=ISO-8859-1''x\r\n",
       "A part has a filename* that is no UTF-8."},
      {"Content-Disposition: form-data; name=a; filename*=UTF-8'x\r\n",
       "A part has a filename* that is no UTF-8."},
      {good + "Content-Type: a/b\r\nContent-Type: a/b\r\n", "A part names its Content-Type twice."},
      {good + "Content-Transfer-Encoding: base64\r\n",
       "A part has a Content-Transfer-Encoding that is not read."},
  };
  for (const auto& row : rows) {
    INFO(row.head);
    CHECK(read("--B\r\n" + row.head + "\r\nx" + end) == "!400 " + row.why);
  }
  CHECK(read("--B\r\n" + good + "Content-Transfer-Encoding: 8BIT\r\n\r\nx" + end) == "[a]x.");
}

TEST_CASE("parts, their lines and the bytes of their heads are bounded") {
  std::string form;
  for (int i = 0; i < 128; ++i) form += a + "\r\n";
  const auto read_whole = [](const std::string& text) {
    return read(std::vector<std::string_view>{text});
  };
  CHECK(read_whole(form + "--B--").ends_with("[a]."));
  CHECK(read_whole(form + a + end)
            .ends_with("[a]!413 The form has more than 128 parts (max_parts)."));

  const std::string line = "X: 1\r\n";
  std::string head = a.substr(0, a.size() - 2);
  for (int i = 1; i < 8; ++i) head += line;
  CHECK(read(head + "\r\n" + end) == "[a].");
  CHECK(read(head + line + "\r\n" + end) ==
        "!413 The form has more than 8 lines in the head of a part (max_part_headers).");

  const form_limits small{.max_part_header_bytes = a.size() - 5};
  CHECK(read(a + end, small) == "[a].");
  const auto longer = a.substr(0, a.size() - 5) + "b\"\r\n\r\n";
  CHECK(read(longer + end, small) == "!413 The form has more than " + std::to_string(a.size() - 5) +
                                         " bytes in the head of a part (max_part_header_bytes).");
  CHECK(read("--B\r\n" + std::string(60, 'x'), small).starts_with("!413 "));
  CHECK(read(a + end, {.max_parts = 0}).starts_with("!413 "));
}

TEST_CASE("the forms of well-known clients are read") {
  struct row {
    const char* client;
    std::string type;
    std::string form;  // with B for the boundary
    std::string seen;
  };
  const std::string line = "Content-Disposition: form-data; ";
  const row rows[] = {
      {"browsers", "boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
       "--B\r\n" + line + "name=\"t\"\r\n\r\nabc\r\n--B\r\n" + line +
           "name=\"f\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--B--\r\n",
       "[t]abc[f|a.png|image/png]\x89PNG."},
      {"browsers, an empty form", "boundary=----geckoformboundary1f2e", "--B--\r\n", "."},
      {"curl", "boundary=------------------------d74496d66958873e",
       "--B\r\n" + line +
           "name=\"f\"; filename=\"q\\\"q.txt\"\r\nContent-Type: "
           "text/plain\r\n\r\n1\n\r\n--B--\r\n",
       "[f|q\"q.txt|text/plain]1\n."},
      {"Go", "boundary=e3a8f0c1b2d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c",
       "--B\r\n" + line +
           "name=\"f\"; filename=\"x\"\r\nContent-Type: "
           "application/octet-stream\r\n\r\n\r\n--B--\r\n",
       "[f|x|application/octet-stream]."},
      {".NET", "boundary=\"0b1e-4a2f\"",
       "--B\r\nContent-Type: text/plain; charset=utf-8\r\n" + line +
           "name=t\r\n\r\nabc\r\n--B\r\n" + line +
           "name=f; filename=x.txt; filename*=utf-8''x.txt\r\n\r\n1\r\n--B--\r\n",
       "[t|text/plain; charset=utf-8]abc[f|x.txt]1."},
      {"Java", "charset=UTF-8; boundary=Xu7_2-k",
       "--B\r\n" + line + "name=\"t\"\r\nContent-Type: text/plain; charset=ISO-8859-1\r\n" +
           "Content-Transfer-Encoding: 8bit\r\nContent-Length: 3\r\n\r\nabc\r\n--B--\r\n",
       "[t|text/plain; charset=ISO-8859-1]abc."},
  };
  for (const auto& row : rows) {
    INFO(row.client);
    const auto boundary = weft::detail::boundary_of("multipart/form-data; " + row.type).value();
    auto form = row.form;
    for (auto at = form.find("--B"); at != std::string::npos; at = form.find("--B", at + 1))
      form.replace(at + 2, 1, boundary);
    CHECK(read(form, {}, boundary) == row.seen);
  }
}

TEST_CASE("a boundary of 1 to 70 characters is read from the Content-Type") {
  using weft::detail::boundary_of;
  const std::string longest(70, 'x');
  CHECK(boundary_of("multipart/form-data; boundary=B") == "B");
  CHECK(boundary_of("multipart/form-data;charset=utf-8; Boundary=\"a b\"") == "a b");
  CHECK(boundary_of("multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW") ==
        "----WebKitFormBoundary7MA4YWxkTrZu0gW");
  CHECK(boundary_of("multipart/form-data; boundary='()+_,-./:=?") == "'()+_,-./:=?");
  CHECK(boundary_of("multipart/form-data; boundary=" + longest) == longest);
  for (const std::string none :
       {"", "; boundary", "; boundary=", "; boundary=\"\"", "; boundary=\"a \"", "; boundary=a b",
        "; boundary=a; boundary=a", "; boundary=a*b", "; boundary=\"a\\\"b\"", "; boundary=\"a",
        "; boundary=\xc3\xa9", "; boundary=a; x", ", boundary=a"}) {
    INFO(none);
    CHECK(boundary_of("multipart/form-data" + none) == std::nullopt);
  }
  CHECK(boundary_of("multipart/form-data; boundary=x" + longest) == std::nullopt);
  const std::string form = "--" + longest + a.substr(3) + "1\r\n--" + longest + "--";
  CHECK(read(form, {}, longest) == "[a]1.");
}

}  // namespace
