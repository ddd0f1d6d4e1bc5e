#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/task.hpp>
#include <weft/web/extractor.hpp>
#include <weft/web/form_limits.hpp>
#include <weft/web/part_head.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

namespace detail {
class multipart_reader;
}

/// One part of a multipart form, while it arrives. Its data can be read until multipart::next() is
/// called, or the request is answered.
class form_part {
public:
  /// For multipart alone.
  form_part(std::shared_ptr<detail::multipart_reader> reader, std::size_t number, part_head head);

  /// Of the field.
  const std::string& name() const noexcept { return head_.name; }
  /// What the client calls the file: text to show, never a path to open. @return nullopt for a
  ///         field
  const std::optional<std::string>& filename() const noexcept { return head_.filename; }
  /// What the client takes it for; empty where it does not say.
  const std::string& content_type() const noexcept { return head_.content_type; }

  /// Waits for the next piece of the data.
  /// Cancel  nothing is lost
  /// @return at least one byte, valid until the next read() or next()
  /// @errors condition::eof at the end of the part; condition::closed where next() was called
  ///         since; condition::bad_input where the form breaks a rule; those of body_stream::read()
  task<result<std::string_view>> read();

  /// The rest of the data as one UTF-8 text.
  /// Cancel  what has been read is lost
  /// @param limit  bytes; past it the request is answered with 413
  /// @errors as read(), but for eof; condition::limit_exceeded; condition::bad_input for no UTF-8
  task<result<std::string>> text(std::size_t limit = 64 * 1024);

  /// Writes the rest of the data into a new file, on threads that run no tasks. The file gets its
  /// name when it is complete: after an error, or a cancel, nothing is left.
  /// Cancel  the part is lost, and nothing is left
  /// @param path  made by the application, not of filename(); never replaces what is there
  /// @return the size in bytes
  /// @errors as read(), but for eof; std::errc::file_exists; std::errc::no_space_on_device and what
  ///         else the system says
  task<result<std::uint64_t>> save(std::string path);

private:
  std::shared_ptr<detail::multipart_reader> reader_;
  std::size_t number_;
  part_head head_;
};

/// A multipart/form-data body, part by part as it arrives, whatever its size.
///
///     while (auto part = co_await parts.next()) {
///       if (part->filename()) (void)co_await part->save(path_of(new_id()));
///     }
///     if (!parts.complete()) ...   // the client went away, or the form broke a rule
///
/// Nothing is kept but the piece at hand; a handler that is slow slows the client down. A form that
/// breaks a rule or a limit (form_limits) is answered with 400 or 413, whatever the handler
/// returns, unless an answer has begun. A request of another media type is a 415, and the handler
/// not called.
/// Concurrent  one call at a time, of next() and of the part's members; may outlive the request
/// @source RFC 7578
/// @example tests/unit/web/multipart_test.cpp:multipart
class multipart : public detail::body_streamer {
public:
  static std::optional<multipart> extract(context& ctx);
  static void describe(operation& op) { op.takes_parts(); }

  /// Waits for the next part, past what has not been read of the one before.
  /// Cancel  nothing is lost
  /// @errors condition::eof behind the last part; condition::bad_input where the form breaks a
  ///         rule; condition::limit_exceeded; those of body_stream::read()
  task<result<form_part>> next();

  /// Whether the whole form has been read.
  bool complete() const noexcept;

private:
  explicit multipart(std::shared_ptr<detail::multipart_reader> reader) noexcept;

  std::shared_ptr<detail::multipart_reader> reader_;
};

}  // namespace weft
