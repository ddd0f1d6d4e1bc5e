#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace weft::detail {

/// A queue of at most `capacity` values in memory that is allocated once.
template <class T>
class ring {
public:
  explicit ring(std::size_t capacity)
      : slots_(capacity != 0 ? std::allocator<T>().allocate(capacity) : nullptr),
        capacity_(capacity) {}
  ring(const ring&) = delete;
  ring& operator=(const ring&) = delete;
  ~ring() {
    for (; size_ != 0; --size_) std::destroy_at(slots_ + std::exchange(first_, after(first_)));
    if (slots_ != nullptr) std::allocator<T>().deallocate(slots_, capacity_);
  }

  bool empty() const noexcept { return size_ == 0; }
  bool full() const noexcept { return size_ == capacity_; }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }

  /// The ring must not be full.
  void push(T&& value) noexcept {
    std::construct_at(slots_ + end_, std::move(value));
    end_ = after(end_);
    ++size_;
  }
  /// The ring must not be empty.
  void pop_into(std::optional<T>& to) noexcept {
    T& oldest = slots_[first_];
    to.emplace(std::move(oldest));
    std::destroy_at(&oldest);
    first_ = after(first_);
    --size_;
  }

private:
  std::size_t after(std::size_t index) const noexcept {
    return index + 1 == capacity_ ? 0 : index + 1;
  }

  T* const slots_;
  const std::size_t capacity_;
  std::size_t first_ = 0;
  std::size_t end_ = 0;
  std::size_t size_ = 0;
};

}  // namespace weft::detail
