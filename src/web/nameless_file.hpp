#pragma once

#include <weft/base/error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace weft::detail {

/// A new file that nobody can find before it is published: one that is not leaves nothing behind,
/// not even where the process is killed (except on file systems without O_TMPFILE).
///
/// All of it blocks.
class nameless_file {
public:
  /// @errors the system's codes
  static result<nameless_file> create(const std::string& folder);
  /// The same on a file system that has none: under a name that nobody looks for, until it is
  /// published, renounced or destroyed.
  static result<nameless_file> create_hidden(const std::string& folder);
  nameless_file(nameless_file&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        hidden_name_(std::exchange(other.hidden_name_, {})) {}
  nameless_file& operator=(nameless_file&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(hidden_name_, other.hidden_name_);
    return *this;
  }
  ~nameless_file();

  /// Appends. @return std::errc::no_space_on_device, ...
  std::error_code write(std::string_view bytes);
  /// It will not be published: where it has a hidden name, that goes now.
  void renounce_name() noexcept;
  /// Gives it its name, on the same file system. @return std::errc::file_exists, ...
  std::error_code publish(const std::string& path) const;
  /// @return how many bytes there are at that place; fewer than asked for only at the end
  result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const;

private:
  nameless_file(int descriptor, std::string hidden_name) noexcept
      : descriptor_(descriptor), hidden_name_(std::move(hidden_name)) {}

  int descriptor_;
  std::string hidden_name_;  // where the file system has no files without one
};

/// Of "a/b/c" "a/b", of "c" ".".
std::string folder_of(const std::string& path);

}  // namespace weft::detail
