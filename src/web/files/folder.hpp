#pragma once

#include <weft/net/file.hpp>

#include <string>
#include <system_error>
#include <utility>

namespace weft::detail {

enum class links { refused, inside };

/// An open folder, below which files are opened and never elsewhere: what a path leads out of it,
/// by "..", a link or a mount of the system's own, does not open.
/// Concurrent  every call
class folder {
public:
  /// @param path  may be, or lead through, any links
  static result<folder> open(const std::string& path, links policy);
  folder(folder&& other) noexcept
      : root_(std::move(other.root_)), links_(other.links_), is_walking_(other.is_walking_) {}

  /// Opens what the path says, whatever its kind, for reading. Waits for no peer of a pipe.
  /// @param path  relative, of names with one slash between them, none of them "." or ".."
  /// @errors the system's codes: ENOENT and the like, ELOOP for a link, EXDEV for one to outside
  result<file> open_beneath(const std::string& path) const;
  /// As open_beneath(), if all that it needs to know is in the system's cache.
  /// @errors as above; condition::refused where the disk would have to be asked
  result<file> try_open_beneath(const std::string& path) const;

  /// Opens one name after the other, as where the system has no openat2(2). For tests.
  void walk_always() noexcept { is_walking_ = true; }

private:
  folder(file root, links policy) noexcept : root_(std::move(root)), links_(policy) {}
  result<file> open_resolved(const std::string& path, std::uint64_t more) const;
  result<file> walk(const std::string& path) const;

  file root_;
  links links_;
  bool is_walking_ = false;  // without openat2(2)
};

}  // namespace weft::detail
