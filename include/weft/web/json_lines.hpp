#pragma once

#include <weft/base/error.hpp>
#include <weft/http/body_stream.hpp>
#include <weft/runtime/task.hpp>
#include <weft/web/extractor.hpp>
#include <weft/web/json/parse.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace weft {

namespace detail {

/// Cuts an arriving body into lines.
class line_reader {
public:
  static std::shared_ptr<line_reader> of(context& ctx);
  virtual ~line_reader() = default;

  /// Waits for the next line that is not empty. @return valid until the next call
  virtual task<result<std::string_view>> next() = 0;
  /// What is wrong with the line becomes the answer. @return condition::bad_input
  virtual std::error_code refuse(const json_outcome& outcome) = 0;
  virtual bool complete() const noexcept = 0;
};

}  // namespace detail

/// A body of JSON Lines, value by value as it arrives, whatever its size.
///
///     while (auto reading = co_await readings.next()) store(*reading);
///     if (!readings.complete()) ...   // the client went away, or a line does not fit
///
/// Each line is one JSON value, empty ones are passed over; nothing is kept but the line at hand. A
/// line that does not fit is answered with 422, one that is no JSON with 400 and one of more than
/// a MiB with 413, whatever the handler returns, unless an answer has begun. Accepts
/// application/jsonl, application/x-ndjson and a body without a Content-Type.
/// Concurrent  one next() at a time; may outlive the request
/// @source https://jsonlines.org
/// @example tests/unit/web/json_lines_test.cpp:read
template <class T>
class json_lines : public detail::body_streamer {
  static_assert(json_readable<T>,
                "weft: json_lines<T> needs a T that can be read from JSON: describe it with "
                "BOOST_DESCRIBE_STRUCT in its own namespace");

public:
  static std::optional<json_lines> extract(context& ctx) {
    auto reader = detail::line_reader::of(ctx);
    if (reader == nullptr) return std::nullopt;
    return json_lines(std::move(reader));
  }
  static void describe(operation& op) {
    op.takes_lines(detail::json_type_of<T, detail::json_use::read>);
  }

  /// Waits for the next value.
  /// Cancel  nothing is lost
  /// @errors condition::eof behind the last line; condition::bad_input where a line does not fit;
  ///         condition::limit_exceeded for a long line; those of body_stream::read()
  task<result<T>> next() { return next_of(reader_); }

  /// Whether the body has come whole, and every line of it was read.
  bool complete() const noexcept { return reader_->complete(); }

private:
  explicit json_lines(std::shared_ptr<detail::line_reader> reader) noexcept
      : reader_(std::move(reader)) {}

  static task<result<T>> next_of(std::shared_ptr<detail::line_reader> reader) {
    const auto line = co_await reader->next();
    if (!line) co_return line.error();
    T value{};
    const json_outcome outcome = parse_json(*line, value);
    if (!outcome) co_return reader->refuse(outcome);
    co_return std::move(value);
  }

  std::shared_ptr<detail::line_reader> reader_;
};

}  // namespace weft
