#pragma once

#include <weft/base/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace weft {

/// What a system knows of an open file, at one moment.
struct file_status {
  enum class type { regular, folder, other };

  type kind = type::other;
  std::uint64_t size = 0;  ///< in bytes
  std::chrono::sys_time<std::chrono::nanoseconds>
      modified{};  ///< when its content has changed last
};

/// A file that is open for reading. Closed when this is destroyed.
class file {
public:
  /// Blocks as the system does. @errors the system's codes
  static result<file> open(const std::string& path);
  /// Takes a descriptor over.
  explicit file(int descriptor) noexcept : descriptor_(descriptor) {}
  file(file&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  file& operator=(file&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~file();

  /// In bytes, now: it may change. @errors the system's codes
  result<std::uint64_t> size() const;
  /// @errors the system's codes
  result<file_status> status() const;
  /// Reads from a place of the file, whatever was read before. Blocks as the system does.
  /// @return how much it was: less than asked for at the end of the file alone
  /// @errors the system's codes
  result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const;
  int descriptor() const noexcept { return descriptor_; }

private:
  int descriptor_;
};

}  // namespace weft
