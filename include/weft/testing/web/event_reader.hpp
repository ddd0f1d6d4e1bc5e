#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/task.hpp>
#include <weft/testing/web/read_json.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weft::testing {

/// One Server-Sent Event, as a browser would hand it to its listener.
struct server_event {
  std::string type = "message";
  std::string data;
  std::string id;  ///< the last one that the stream has set, perhaps with an event before

  /// The data as JSON. @throws std::invalid_argument  with all that is wrong
  template <json_readable T>
  T json() const {
    return read_json<T>(data);
  }
};

/// Turns the text of an event stream into events, wherever it is cut. Does no I/O.
///
/// What is not UTF-8 is left as it is. An event that the end of the stream cuts off is none.
/// @source WHATWG HTML 9.2.5 and 9.2.6
class event_parser {
public:
  void feed(std::string_view piece);
  /// @return nothing before more is fed
  std::optional<server_event> next();

  /// After how long the stream asks to be connected to again. @return nullopt where it has not
  std::optional<std::chrono::milliseconds> retry() const noexcept { return retry_; }
  /// How many comments have come: heartbeats mostly.
  std::uint64_t comments() const noexcept { return comments_; }

private:
  void take_line(std::string_view line);
  void take_field(std::string_view name, std::string_view value);
  void dispatch();

  std::string line_;  // what has come of one
  bool at_start_ = true;
  bool after_cr_ = false;
  server_event event_{"", "", ""};
  std::deque<server_event> events_;
  std::optional<std::chrono::milliseconds> retry_;
  std::uint64_t comments_ = 0;
};

/// The events of a body that is read piece by piece.
///
///     event_reader events(stream);
///     while (auto event = co_await events.next()) ...
///
/// @tparam Source  has `task<result<std::string_view>> read()`: app_stream, http::answer_stream,
///                 body_stream; it outlives the reader
template <class Source>
class event_reader {
public:
  explicit event_reader(Source& from) noexcept : from_(from) {}

  /// Waits for the next event.
  /// Cancel   as the source's read()
  /// @errors  those of the source's read()
  task<result<server_event>> next() {
    for (;;) {
      auto event = parser_.next();
      if (event) co_return std::move(*event);
      const auto piece = co_await from_.read();
      if (!piece) co_return piece.error();
      parser_.feed(*piece);
    }
  }

  const event_parser& parser() const noexcept { return parser_; }

private:
  Source& from_;
  event_parser parser_;
};

}  // namespace weft::testing
