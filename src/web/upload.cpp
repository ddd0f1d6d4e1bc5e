#include <weft/web/upload.hpp>

#include "web/byte_store.hpp"

#include <weft/runtime/blocking.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace weft {
namespace {

result<std::string> blocking_read(const detail::nameless_file& file, std::uint64_t offset,
                                  std::size_t size) {
  std::string bytes(size, '\0');
  const auto got = file.read_at(offset, std::span(bytes));
  if (!got) return got.error();
  bytes.resize(*got);
  return bytes;
}

}  // namespace

upload::upload(part_head head, std::shared_ptr<const detail::stored_bytes> bytes)
    : filename_(std::move(head.filename).value_or(std::string())),
      content_type_(std::move(head.content_type)),
      bytes_(std::move(bytes)) {}

std::uint64_t upload::size() const noexcept { return bytes_ != nullptr ? bytes_->size : 0; }

std::optional<std::string_view> upload::in_memory() const noexcept {
  if (bytes_ == nullptr) return std::string_view();
  if (bytes_->file) return std::nullopt;
  return bytes_->memory;
}

task<result<std::string>> upload::read(std::uint64_t offset, std::size_t most) const {
  const auto bytes = bytes_;
  const auto left = size() - std::min(size(), offset);
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, most));
  if (count == 0) co_return std::string();
  if (!bytes->file) co_return bytes->memory.substr(static_cast<std::size_t>(offset), count);
  auto read = co_await blocking([&] { return blocking_read(*bytes->file, offset, count); });
  co_return read;
}

task<result<void>> upload::save(std::string path) const {
  const auto bytes = bytes_ != nullptr ? bytes_ : std::make_shared<const detail::stored_bytes>();
  const std::error_code error =
      co_await blocking([&] { return detail::blocking_save(*bytes, path); });
  if (error) co_return error;
  co_return result<void>();
}

}  // namespace weft
