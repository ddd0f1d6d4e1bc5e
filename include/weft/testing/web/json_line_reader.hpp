#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/task.hpp>
#include <weft/testing/web/read_json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::testing {

namespace detail {

/// Cuts a text that comes in pieces into lines; empty ones are passed over.
class line_splitter {
public:
  void feed(std::string_view piece) { text_.append(piece); }
  /// Nothing more comes: what is left is the last line.
  void finish() noexcept { is_finished_ = true; }
  /// @return a line without its end, valid until the next call; nothing before more is fed
  std::optional<std::string_view> next();
  /// Of the line that next() has returned, from 1.
  std::size_t number() const noexcept { return number_; }

private:
  std::string text_;
  std::size_t taken_ = 0;  // of text_
  std::size_t number_ = 0;
  bool is_finished_ = false;
};

template <class T>
T read_json_line(std::string_view line, std::size_t number) {
  try {
    return read_json<T>(line);
  } catch (const std::invalid_argument& wrong) {
    throw std::invalid_argument("line " + std::to_string(number) + ": " + wrong.what());
  }
}

template <class T>
std::vector<T> read_json_lines(std::string_view text) {
  line_splitter lines;
  lines.feed(text);
  lines.finish();
  std::vector<T> all;
  while (const auto line = lines.next()) all.push_back(read_json_line<T>(*line, lines.number()));
  return all;
}

}  // namespace detail

/// The values of a body of JSON Lines that is read piece by piece.
///
///     json_line_reader<row, app_stream> rows(stream);
///     while (auto row = co_await rows.next()) ...
///
/// @tparam Source  as event_reader's
template <json_readable T, class Source>
class json_line_reader {
public:
  explicit json_line_reader(Source& from) noexcept : from_(from) {}

  /// Waits for the next value.
  /// Cancel   as the source's read()
  /// @errors  those of the source's read()
  /// @throws  std::invalid_argument  with all that is wrong with the line, and its number
  task<result<T>> next() {
    for (;;) {
      const auto line = lines_.next();
      if (line) co_return detail::read_json_line<T>(*line, lines_.number());
      if (end_) co_return end_;
      const auto piece = co_await from_.read();
      if (piece) {
        lines_.feed(*piece);
        continue;
      }
      if (piece.error() != condition::eof) co_return piece.error();
      end_ = piece.error();
      lines_.finish();
    }
  }

private:
  Source& from_;
  detail::line_splitter lines_;
  std::error_code end_;
};

}  // namespace weft::testing
