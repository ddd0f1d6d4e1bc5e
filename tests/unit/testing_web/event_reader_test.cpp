#include "support/models.hpp"

#include <weft/testing/web/event_reader.hpp>
#include <weft/testing/web/json_line_reader.hpp>

#include <catch2/catch_test_macros.hpp>

#include <boost/describe/class.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using weft::condition;
using weft::result;
using weft::task;
using weft::testing::event_parser;
using weft::testing::event_reader;
using weft::testing::json_line_reader;

namespace {

struct reading {
  int value = 0;
};
BOOST_DESCRIBE_STRUCT(reading, (), (value))

/// "type|data|id" of each event, fed in pieces of that size.
std::vector<std::string> told(std::string_view text, std::size_t size) {
  event_parser parser;
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size(); at += size) {
    parser.feed(text.substr(at, size));
    parser.feed("");
    while (auto event = parser.next())
      all.push_back(event->type + '|' + event->data + '|' + event->id);
  }
  return all;
}

struct good {
  std::string name;
  std::string text;
  std::vector<std::string> events;
};

const std::vector<good> table = {
    {"data alone", "data: a\n\n", {"message|a|"}},
    {"one blank is taken off, not two", "data:  a\n\ndata:b\n\n", {"message| a|", "message|b|"}},
    {"lines of data are joined", "data: a\ndata\ndata: b\n\n", {"message|a\n\nb|"}},
    {"CR, LF and CRLF end lines",
     "data: a\r\rdata: b\r\n\r\ndata: c\n\n",
     {"message|a|", "message|b|", "message|c|"}},
    {"mixed ends", "data: a\r\n\ndata: b\n\r", {"message|a|", "message|b|"}},
    {"a type is for one event", "event: x\ndata: 1\n\ndata: 2\n\n", {"x|1|", "message|2|"}},
    {"the last type counts", "event: x\nevent: y\ndata: 1\n\n", {"y|1|"}},
    {"an empty type is message", "event\ndata: 1\n\n", {"message|1|"}},
    {"an id stays",
     "id: 7\ndata: 1\n\ndata: 2\n\nid\ndata: 3\n\n",
     {"message|1|7", "message|2|7", "message|3|"}},
    {"an id without data counts for the next", "id: 7\n\ndata: 1\n\n", {"message|1|7"}},
    {"an id with NUL is none", std::string("id: 7\n\nid: a\0b\ndata: 1\n\n", 24), {"message|1|7"}},
    {"no data, no event", "event: x\n\ndata: 1\n\n", {"message|1|"}},
    {"an empty data line is an event", "data\n\ndata:\n\n", {"message||", "message||"}},
    {"comments are passed over", ": hi\n:\ndata: 1\n: more\n\n", {"message|1|"}},
    {"unknown fields are passed over",
     "datax: 1\nDATA: 2\n data: 3\nfoo\ndata: 4\n\n",
     {"message|4|"}},
    {"one byte order mark is dropped",
     "\xEF\xBB\xBF"
     "data: 1\n\n",
     {"message|1|"}},
    {"a second one is no field of ours",
     "\xEF\xBB\xBF\xEF\xBB\xBF"
     "data: 1\n\n",
     {}},
    {"what the end cuts off is none", "data: 1\n\ndata: 2\n", {"message|1|"}},
    {"blank lines alone", "\n\n\r\r\n", {}},
    {"a colon in the data", "data: a:b: c\n\n", {"message|a:b: c|"}},
    {"bytes that are no UTF-8 stay", "data: \xff\xc0\n\n", {"message|\xff\xc0|"}},
};

/// A source of pieces, and how it ends.
class pieces {
public:
  pieces(std::deque<std::string> all, std::error_code end) : all_(std::move(all)), end_(end) {}
  task<result<std::string_view>> read() {
    if (all_.empty()) co_return end_;
    now_ = std::move(all_.front());
    all_.pop_front();
    co_return std::string_view(now_);
  }

private:
  std::deque<std::string> all_;
  std::error_code end_;
  std::string now_;
};

task<std::vector<std::string>> read_events(pieces from) {
  event_reader events(from);
  std::vector<std::string> all;
  for (;;) {
    const auto event = co_await events.next();
    if (!event) {
      all.push_back(event.error().message());
      break;
    }
    all.push_back(event->data);
  }
  co_return all;
}

task<std::vector<int>> read_values(pieces from) {
  json_line_reader<reading, pieces> lines(from);
  std::vector<int> all;
  while (const auto one = co_await lines.next()) all.push_back(one->value);
  co_return all;
}

}  // namespace

TEST_CASE("an event stream is read alike wherever it is cut") {
  for (const auto& row : table) {
    for (std::size_t size = 1; size <= row.text.size(); ++size) {
      CAPTURE(row.name, size);
      CHECK(told(row.text, size) == row.events);
    }
  }
}

TEST_CASE("an event is there with its blank line, though a CR might be followed by LF") {
  event_parser parser;
  parser.feed("data: 1\r\n\r");
  CHECK(parser.next().has_value());
  parser.feed("\ndata: 2\n\n");
  CHECK(parser.next()->data == "2");
  CHECK_FALSE(parser.next().has_value());
}

TEST_CASE("a stream may ask for a pause before the next connection") {
  event_parser parser;
  CHECK_FALSE(parser.retry().has_value());
  parser.feed("retry: 1500\n");
  CHECK(parser.retry() == 1500ms);
  for (const std::string bad : {"-1", "1.5", "", "  2", "0x10", "99999999999999999999999"}) {
    parser.feed("retry:" + bad + "\n");
    CAPTURE(bad);
    CHECK(parser.retry() == 1500ms);
  }
}

TEST_CASE("comments are counted, as heartbeats are") {
  event_parser parser;
  parser.feed(":\n: beat\n\ndata: :\n\n");
  CHECK(parser.comments() == 2);
}

TEST_CASE("events come from any source of pieces, with its error at the end") {
  const auto all = weft::test::run_seeded(
      read_events(pieces({"da", "ta: 1\n", "\nid: 3\ndata: 2\r", "\n\r\n", "data: cut"},
                         weft::make_error_code(condition::timed_out))));
  const std::vector<std::string> expected = {"1", "2",
                                             weft::make_error_code(condition::timed_out).message()};
  CHECK(all == expected);
}

TEST_CASE("JSON Lines come from any source of pieces, cut anywhere") {
  const std::string text = "{\"value\":1}\n\n{\"value\":2}\r\n{\"value\":3}";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    std::deque<std::string> cut;
    for (std::size_t at = 0; at < text.size(); at += size) cut.push_back(text.substr(at, size));
    const auto all =
        weft::test::run_seeded(read_values(pieces(cut, weft::make_error_code(condition::eof))));
    CAPTURE(size);
    CHECK(all == std::vector<int>{1, 2, 3});
  }
}

TEST_CASE("a stream that breaks gives no half line") {
  const auto all = weft::test::run_seeded(read_values(
      pieces({"{\"value\":1}\n{\"value\":2}"}, weft::make_error_code(condition::bad_input))));
  CHECK(all == std::vector<int>{1});
}
