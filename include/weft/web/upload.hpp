#pragma once

#include <weft/base/error.hpp>
#include <weft/runtime/task.hpp>
#include <weft/web/part_head.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

namespace detail {
struct stored_bytes;
}

/// A file that came with a form: a member of the T of form<T>, also as std::optional or
/// std::vector.
///
/// Up to form_limits::max_memory_bytes are in memory; more are in a temporary file that has no name
/// and goes with the last copy of this. Copies share the bytes.
/// Concurrent  any calls
/// @example tests/unit/web/upload_test.cpp:upload
class upload {
public:
  upload() = default;
  /// For form<T> alone.
  upload(part_head head, std::shared_ptr<const detail::stored_bytes> bytes);

  /// What the client calls it: text to show, never a path to open.
  const std::string& filename() const noexcept { return filename_; }
  /// What the client takes it for; empty where it does not say.
  const std::string& content_type() const noexcept { return content_type_; }
  /// In bytes.
  std::uint64_t size() const noexcept;

  /// All bytes, where they are in memory. @return valid as long as a copy of this
  std::optional<std::string_view> in_memory() const noexcept;
  /// Up to `most` bytes from a place on. Reads a file on a thread that runs no tasks.
  /// @return fewer only at the end, and none behind it  @errors the system's codes
  task<result<std::string>> read(std::uint64_t offset, std::size_t most) const;
  /// Copies it into a new file, on a thread that runs no tasks; after an error nothing is left.
  /// @param path  made by the application, not of filename(); never replaces what is there
  /// @errors std::errc::file_exists; std::errc::no_space_on_device; others of the system's
  task<result<void>> save(std::string path) const;

private:
  std::string filename_;
  std::string content_type_;
  std::shared_ptr<const detail::stored_bytes> bytes_;  // null in an empty one
};

}  // namespace weft
