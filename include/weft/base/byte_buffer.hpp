#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace weft {

/// Growable bytes that are written at the end and read as one piece.
///
/// Unlike std::string it hands out uninitialised room, and clear() keeps the capacity, so that a
/// buffer which serves one request after another stops allocating.
class byte_buffer {
public:
  byte_buffer() noexcept = default;
  byte_buffer(byte_buffer&& other) noexcept;
  byte_buffer& operator=(byte_buffer&& other) noexcept;
  ~byte_buffer() = default;

  char* data() noexcept { return bytes_.get(); }
  const char* data() const noexcept { return bytes_.get(); }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool empty() const noexcept { return size_ == 0; }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }

  void clear() noexcept { size_ = 0; }
  /// Keeps the first `size` bytes. @param size  at most size()
  void truncate(std::size_t size) noexcept { size_ = size; }
  /// Drops the first `count` bytes by moving the rest to the front. @param count  at most size()
  void consume(std::size_t count) noexcept {
    size_ -= count;
    if (count != 0 && size_ != 0) move_to_front(count);
  }
  void reserve(std::size_t capacity) {
    if (capacity > capacity_) grow(capacity);
  }
  /// Gives the memory back. @param keep  a capacity up to this many bytes stays
  void shrink(std::size_t keep = 0) noexcept {
    if (capacity_ > keep) drop();
  }

  /// Room for `count` more bytes behind the end; commit() says how many were written.
  char* prepare(std::size_t count) {
    if (capacity_ - size_ < count) grow(size_ + count);
    return bytes_.get() + size_;
  }
  void commit(std::size_t count) noexcept { size_ += count; }

  void append(std::string_view text);
  void push_back(char c) {
    *prepare(1) = c;
    ++size_;
  }
  /// Decimal digits, without locale.
  void append_number(std::int64_t value);
  void append_number(std::uint64_t value);
  /// The shortest text that reads back as the same double. @param value  finite
  void append_number(double value);
  template <std::integral I>
  void append_number(I value) {
    if constexpr (std::signed_integral<I>) append_number(static_cast<std::int64_t>(value));
    else append_number(static_cast<std::uint64_t>(value));
  }

private:
  void grow(std::size_t least);
  void drop() noexcept;
  void move_to_front(std::size_t from) noexcept;

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace weft
