#include <weft/base/byte_buffer.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace weft {
namespace {

// 20 digits and a sign for integers; 24 characters for the longest shortest-form double.
constexpr std::size_t longest_number = 32;

template <class Number>
void append_digits(byte_buffer& buffer, Number value) {
  char* first = buffer.prepare(longest_number);
  const auto end = std::to_chars(first, first + longest_number, value).ptr;
  buffer.commit(static_cast<std::size_t>(end - first));
}

}  // namespace

byte_buffer::byte_buffer(byte_buffer&& other) noexcept
    : bytes_(std::move(other.bytes_)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

byte_buffer& byte_buffer::operator=(byte_buffer&& other) noexcept {
  bytes_ = std::move(other.bytes_);
  size_ = std::exchange(other.size_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  return *this;
}

void byte_buffer::move_to_front(std::size_t from) noexcept {
  std::memmove(bytes_.get(), bytes_.get() + from, size_);
}

void byte_buffer::drop() noexcept {
  bytes_.reset();
  size_ = capacity_ = 0;
}

void byte_buffer::append(std::string_view text) {
  if (text.empty()) return;
  std::memcpy(prepare(text.size()), text.data(), text.size());
  size_ += text.size();
}

void byte_buffer::append_number(std::int64_t value) { append_digits(*this, value); }
void byte_buffer::append_number(std::uint64_t value) { append_digits(*this, value); }
void byte_buffer::append_number(double value) { append_digits(*this, value); }

void byte_buffer::grow(std::size_t least) {
  const std::size_t capacity = std::max({least, capacity_ * 2, std::size_t{256}});
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ != 0) std::memcpy(bytes.get(), bytes_.get(), size_);
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

}  // namespace weft
