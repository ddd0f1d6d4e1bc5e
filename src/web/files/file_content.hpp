#pragma once

#include <weft/http/request.hpp>
#include <weft/http/response.hpp>
#include <weft/net/file.hpp>
#include <weft/web/preconditions.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace weft::detail {

/// What is sent: a file, or bytes that live as long as the program.
class file_content {
public:
  file_content(file from, std::uint64_t size)
      : file_(std::make_shared<const file>(std::move(from))), size_(size) {}
  explicit file_content(std::string_view bytes) noexcept : bytes_(bytes), size_(bytes.size()) {}

  std::uint64_t size() const noexcept { return size_; }
  /// @return null for bytes
  const std::shared_ptr<const file>& on_disk() const noexcept { return file_; }
  std::string_view bytes() const noexcept { return bytes_; }

private:
  std::shared_ptr<const file> file_;
  std::string_view bytes_;
  std::uint64_t size_;
};

/// What tells one state of a file from others. A file that has just been changed may be changed
/// again without its time showing it, so its tag is weak for a while.
validators validators_of(const file_status& status, std::string_view variant = {});

/// Puts a content into an answer of 200 that has its Content-Type: all of it, the ranges that the
/// request wants, or a 304, 412 or 416.
/// @param most_ranges  a request that wants more gets the whole
/// @throws std::system_error  it cannot be read
void answer_content(const request& req, const file_content& content, const validators& current,
                    std::size_t most_ranges, response& res);

}  // namespace weft::detail
