#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/base/clock.hpp>
#include <weft/base/error.hpp>
#include <weft/http/body_writer.hpp>
#include <weft/runtime/task.hpp>
#include <weft/web/context.hpp>
#include <weft/web/extractor.hpp>
#include <weft/web/json/write.hpp>

#include <atomic>
#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

/// One event of a stream of Server-Sent Events.
///
///     weft::sse_event("3 degrees").event("weather").id("17")
///
/// @source WHATWG HTML 9.2
class sse_event {
public:
  /// @param data  of any lines: the client gets them with '\n' between them
  explicit sse_event(std::string data) noexcept : data_(std::move(data)) {}
  /// With a value as JSON.
  template <json_writable T>
  static sse_event json(const T& value) {
    byte_buffer text;
    write_json(text, value);
    return sse_event(std::string(text.view()));
  }

  /// What listeners of a browser are told apart by; "message" without it.
  /// @throws std::invalid_argument  a line end, which would begin another field
  sse_event& event(std::string name) &;
  sse_event&& event(std::string name) && { return std::move(event(std::move(name))); }
  /// What a client that comes back says it has got last: last_event_id.
  /// @throws std::invalid_argument  a line end, or a zero byte, for which a browser drops the id
  sse_event& id(std::string text) &;
  sse_event&& id(std::string text) && { return std::move(id(std::move(text))); }
  /// How long the client waits before it comes back, from now on.
  /// @throws std::invalid_argument  it is negative
  sse_event& retry(std::chrono::milliseconds wait) &;
  sse_event&& retry(std::chrono::milliseconds wait) && { return std::move(retry(wait)); }

  /// As it goes over the wire, with the empty line behind it.
  std::string text() const;

private:
  std::string data_;
  std::string event_;
  std::optional<std::string> id_;
  std::optional<std::chrono::milliseconds> retry_;
};

/// Where the events of a stream are written.
class sse_writer {
public:
  explicit sse_writer(body_writer& out) noexcept : out_(out) {}

  /// Sends an event.
  /// Completes  when the system has taken it
  /// Cancel, @errors  as body_writer::write()
  /// Concurrent  events of several tasks go out one after the other, each whole
  task<result<void>> send(const sse_event& one) { return send_text(one.text()); }
  /// An event with nothing but data.
  task<result<void>> send(std::string_view data) {
    return send_text(sse_event(std::string(data)).text());
  }

  /// Sends a comment if nothing has been sent since the last call. For who made this writer.
  /// Cancel, @errors  as send()
  task<result<void>> send_heartbeat();

private:
  task<result<void>> send_text(std::string text);

  body_writer& out_;
  std::atomic<bool> is_quiet_{true};
};

struct sse_options {
  /// After so long without an event, or twice that, a comment is sent, so that neither a proxy nor
  /// the system takes the connection for dead, and a client that has gone is found out.
  /// duration::max(): never
  duration heartbeat = std::chrono::seconds(15);
};

namespace detail {

/// The part of a stream of events that does not depend on its function.
class sse_producer : public http::body_producer {
public:
  explicit sse_producer(duration heartbeat);
  task<> produce(body_writer& out) final;
  bool ends_with_stop() const noexcept final { return true; }

private:
  virtual task<> write_events(sse_writer& events) = 0;

  duration heartbeat_;
};

void write_sse(context& ctx, std::shared_ptr<http::body_producer> producer);

}  // namespace detail

/// An answer of Server-Sent Events, which a browser reads with EventSource.
///
///     app.get("/news", [](weft::state<weft::channel<std::string>> news) {
///       return weft::sse([news](weft::sse_writer& events) -> weft::task<> {
///         while (auto one = co_await news->recv()) {
///           const auto sent = co_await events.send(*one);
///           if (!sent) co_return;  // the client has gone
///         }
///       });
///     });
///
/// All that weft::stream says holds: the function belongs to the answer, and its waits end with
/// condition::canceled soon after the client has gone. They end so, too, as soon as the server
/// stops: a stream has no end that a stop could wait for, and a client comes back with its last id.
/// @example tests/docs/sse_guide_test.cpp:ticker
class sse {
public:
  /// @param write  a function that takes sse_writer& and returns task<>; called once at most
  /// @throws std::invalid_argument  a heartbeat that is not positive
  template <class F>
    requires std::same_as<std::invoke_result_t<F&, sse_writer&>, task<>>
  explicit sse(F write, const sse_options& options = {})
      : producer_(std::make_shared<producer<F>>(std::move(write), options.heartbeat)) {}

  void reply_to(context& ctx) && { detail::write_sse(ctx, std::move(producer_)); }

private:
  template <class F>
  class producer final : public detail::sse_producer {
  public:
    producer(F write, duration heartbeat) : sse_producer(heartbeat), write_(std::move(write)) {}

  private:
    task<> write_events(sse_writer& events) override { return write_(events); }

    F write_;
  };

  std::shared_ptr<http::body_producer> producer_;
};

/// The id of the last event that a client has got before it lost the connection; nothing where it
/// comes for the first time, and where it is no T: a browser that gets a 400 does not come back.
/// @example tests/docs/sse_guide_test.cpp:ticker
template <class T = std::string>
class last_event_id : public detail::extracted<std::optional<T>> {
  static_assert(text_readable<T>, "weft: last_event_id<T> needs a T that can be read from text");

public:
  using detail::extracted<std::optional<T>>::extracted;

  static std::optional<last_event_id> extract(context& ctx) {
    const auto sent = ctx.request().header("Last-Event-ID").value_or("");
    T value{};
    const bool has_one = !sent.empty() && text_value<T>::read(sent, value).empty();
    return last_event_id(has_one ? std::optional<T>(std::move(value)) : std::nullopt);
  }
};

}  // namespace weft
