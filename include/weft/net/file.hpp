#pragma once

#include <weft/base/error.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace weft {

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
  int descriptor() const noexcept { return descriptor_; }

private:
  int descriptor_;
};

}  // namespace weft
