#pragma once

#include <weft/http/body_stream.hpp>
#include <weft/http/body_writer.hpp>
#include <weft/runtime/task.hpp>
#include <weft/web/context.hpp>
#include <weft/web/operation.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

/// An answer whose body is written piece by piece, after the handler has returned it.
///
///     app.get("/rows", [] {
///       return weft::stream([](weft::body_writer& out) -> weft::task<> {
///         for (int row = 0; row < 1'000'000; ++row) {
///           const auto sent = co_await out.write(line_of(row));
///           if (!sent) co_return;  // the peer has gone
///         }
///       }, "text/csv");
///     });
///
/// The function belongs to the answer and lives until the body is complete: it captures what it
/// needs by value, a body_stream too. Nothing of the handler is there any more when it runs.
/// The body is chunked, or ends with the connection for an HTTP/1.0 client, unless length() is
/// known. A function that throws, or writes less than the length, cuts the connection, so that the
/// peer sees that the body is not complete; if it has written nothing yet, the answer is a 500.
/// Its waits end with condition::canceled soon after the connection has broken. A peer that has
/// closed in good order may still be reading: that one has gone when the next write breaks it, so
/// a function that writes seldom writes something meanwhile (as weft::sse does).
/// @example tests/docs/streaming_guide_test.cpp:rows
class stream {
public:
  /// @param write  a function that takes body_writer& and returns task<>; called once at most
  /// @param content_type  a literal: not copied
  template <class F>
    requires std::same_as<std::invoke_result_t<F&, body_writer&>, task<>>
  stream(F write, const char* content_type)
      : producer_(std::make_shared<producer<F>>(std::move(write))), content_type_(content_type) {}

  /// How long the body will be.
  stream& length(std::uint64_t bytes) & {
    length_ = bytes;
    return *this;
  }
  stream&& length(std::uint64_t bytes) && {
    length_ = bytes;
    return std::move(*this);
  }

  void reply_to(context& ctx) && {
    ctx.response().set_content_type(content_type_);
    ctx.response().set_producer(std::move(producer_), length_);
  }
  static void describe(operation& op) { op.answers("*/*"); }

private:
  template <class F>
  class producer final : public http::body_producer {
  public:
    explicit producer(F write) : write_(std::move(write)) {}
    task<> produce(body_writer& out) override { return write_(out); }

  private:
    F write_;
  };

  std::shared_ptr<http::body_producer> producer_;
  std::string_view content_type_;
  std::optional<std::uint64_t> length_;
};

}  // namespace weft
