#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/base/error.hpp>
#include <weft/http/body_writer.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/task.hpp>
#include <weft/web/json/write.hpp>
#include <weft/web/stream.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

enum class item_form : unsigned char { lines, array };

/// Puts items one behind the other and sends them in larger pieces.
class item_sink {
public:
  item_sink(body_writer& out, item_form form) noexcept : out_(out), form_(form) {}

  /// Where the next item's text goes.
  byte_buffer& begin_item();
  task<result<void>> end_item();
  task<result<void>> flush();
  task<result<void>> finish();

private:
  body_writer& out_;
  item_form form_;
  bool is_empty_ = true;
  byte_buffer text_;
  std::error_code error_;
};

/// application/jsonl or application/json.
const char* content_type_of(item_form form) noexcept;

}  // namespace detail

/// Where the items of a streamed array, or of JSON Lines, are written.
template <json_writable T>
class item_writer {
public:
  item_writer(body_writer& out, detail::item_form form) noexcept : sink_(out, form) {}

  /// Writes one item. It is sent when some kilobytes have come together. Give it a name first: in
  /// a statement with co_await g++ 12 destroys a temporary struct twice.
  /// Completes  when there is room for the next
  /// Cancel, @errors  as body_writer::write(), whose error stays
  task<result<void>> write(const T& item) {
    write_json(sink_.begin_item(), item);
    return sink_.end_item();
  }

  /// Sends what was written: for items that come slowly.
  /// Cancel, @errors  as write()
  task<result<void>> flush() { return sink_.flush(); }

  /// Ends the text. For those who made this writer.
  /// Cancel, @errors  as write()
  task<result<void>> finish() { return sink_.finish(); }

private:
  detail::item_sink sink_;
};

namespace detail {

template <class T, class F>
stream stream_items(item_form form, F write) {
  static_assert(std::same_as<std::invoke_result_t<F&, item_writer<T>&>, task<>>,
                "weft: the function takes item_writer<T>& and returns task<>");
  return stream(
      [form, write = std::move(write)](body_writer& out) mutable -> task<> {
        item_writer<T> items(out, form);
        co_await write(items);
        // The peer may have gone: then there is nobody to tell.
        [[maybe_unused]] const auto ended = co_await items.finish();
      },
      content_type_of(form));
}

template <class T>
task<> write_all(std::shared_ptr<channel<T>> values, item_writer<T>& items) {
  for (;;) {
    auto value = values->try_recv();
    if (!value) {
      const auto sent = co_await items.flush();
      if (!sent) break;
      auto next = co_await values->recv();
      if (!next) break;
      value.emplace(std::move(*next));
    }
    const auto written = co_await items.write(*value);
    if (!written) break;
  }
  values->close();
}

template <class T>
stream stream_channel(item_form form, std::shared_ptr<channel<T>> values) {
  return stream_items<T>(form, [values = std::move(values)](item_writer<T>& items) {
    return write_all<T>(values, items);
  });
}

}  // namespace detail

/// A stream whose items are known to the OpenAPI document.
template <json_writable T, detail::item_form Form>
class item_stream : public stream {
public:
  explicit item_stream(stream made) : stream(std::move(made)) {}

  static void describe(operation& op) {
    if constexpr (Form == detail::item_form::array) op.answers_json<std::vector<T>>();
    else
      op.answers("application/jsonl",
                 {&detail::json_type_of<T, detail::json_use::write>, nullptr, false});
  }
};

/// An answer of JSON Lines, whose values are made while it is sent.
///
///     return weft::stream_lines<row>([](weft::item_writer<row>& rows) -> weft::task<> {
///       for (int n = 0; n < 1'000'000; ++n) {
///         const row one = row_of(n);
///         const auto sent = co_await rows.write(one);
///         if (!sent) co_return;  // the peer has gone
///       }
///     });
///
/// All that weft::stream says holds. A function that throws cuts the answer off.
/// @example tests/unit/web/json_lines_test.cpp:write
template <json_writable T, class F>
item_stream<T, detail::item_form::lines> stream_lines(F write) {
  using made = item_stream<T, detail::item_form::lines>;
  return made(detail::stream_items<T>(detail::item_form::lines, std::move(write)));
}
/// The values that come through a channel, until it is closed; each is sent at once where no other
/// follows it. Where the peer goes first, the channel is closed, so that its senders see it.
template <json_writable T>
item_stream<T, detail::item_form::lines> stream_lines(std::shared_ptr<channel<T>> values) {
  using made = item_stream<T, detail::item_form::lines>;
  return made(detail::stream_channel<T>(detail::item_form::lines, std::move(values)));
}

/// As stream_lines(), as one JSON array. One that was cut off does not end with its bracket.
template <json_writable T, class F>
item_stream<T, detail::item_form::array> stream_array(F write) {
  using made = item_stream<T, detail::item_form::array>;
  return made(detail::stream_items<T>(detail::item_form::array, std::move(write)));
}
template <json_writable T>
item_stream<T, detail::item_form::array> stream_array(std::shared_ptr<channel<T>> values) {
  using made = item_stream<T, detail::item_form::array>;
  return made(detail::stream_channel<T>(detail::item_form::array, std::move(values)));
}

}  // namespace weft
