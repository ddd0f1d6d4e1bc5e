#pragma once

#include "web/nameless_file.hpp"

#include <weft/base/error.hpp>
#include <weft/runtime/task.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace weft::detail {

/// Bytes that were stored: in memory, or all of them in a file.
struct stored_bytes {
  std::string memory;
  std::optional<nameless_file> file;
  std::uint64_t size = 0;
};

/// Takes bytes into memory, and past a bound into a file that has no name. What it does with the
/// file runs on threads that run no tasks.
class byte_store {
public:
  /// How many bytes are worth the way to another thread.
  static constexpr std::size_t at_once = 64 * 1024;

  /// For bytes that nobody else will see. @param in_memory  up to so many there is no file
  static byte_store scratch(std::string folder, std::size_t in_memory);
  /// For a new file of that name.
  static byte_store file_at(std::string path);

  task<std::error_code> append(std::string_view bytes);
  /// Gives the file its name. @return std::errc::file_exists, ...
  task<std::error_code> publish();
  /// Ends it. @errors what a write of the last bytes says
  task<result<std::shared_ptr<stored_bytes>>> finish();
  /// Gives a file back at once, and not where a worker happens to destroy this.
  task<> discard();
  std::uint64_t size() const noexcept { return stored_.size; }

private:
  byte_store(std::string folder, std::string path, std::size_t in_memory)
      : folder_(std::move(folder)), path_(std::move(path)), in_memory_(in_memory) {}
  std::error_code flush(std::string_view more);

  std::string folder_;
  std::string path_;  // empty for scratch
  std::size_t in_memory_;
  stored_bytes stored_;  // its memory is what the file does not have yet
};

/// Makes a copy of stored bytes a file of that name, which is new. Blocks.
/// @return std::errc::file_exists, ...
std::error_code blocking_save(const stored_bytes& bytes, const std::string& path);

}  // namespace weft::detail
