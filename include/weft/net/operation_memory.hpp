#pragma once

#include <cassert>
#include <cstddef>
#include <new>

namespace weft::detail {

/// Room for one pending Asio operation, so that starting one allocates nothing.
///
/// At most one operation uses it at a time. Asio frees the memory before it calls the handler.
class operation_memory {
public:
  operation_memory() = default;
  operation_memory(const operation_memory&) = delete;
  operation_memory& operator=(const operation_memory&) = delete;

  void* allocate(std::size_t size) {
    if (size > sizeof(bytes_) || in_use_) return ::operator new(size);
    in_use_ = true;
    return bytes_;
  }
  void release(void* memory) noexcept {
    if (memory == bytes_) in_use_ = false;
    else ::operator delete(memory);
  }

private:
  bool in_use_ = false;
  alignas(std::max_align_t) unsigned char bytes_[224];
};

/// Gives Asio an operation_memory as the handler's associated allocator.
template <class T>
class operation_allocator {
public:
  using value_type = T;

  explicit operation_allocator(operation_memory& memory) noexcept : memory_(&memory) {}
  template <class U>
  operation_allocator(const operation_allocator<U>& other) noexcept : memory_(other.memory_) {}

  T* allocate(std::size_t count) { return static_cast<T*>(memory_->allocate(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t) noexcept { memory_->release(memory); }

  friend bool operator==(const operation_allocator& a, const operation_allocator& b) noexcept {
    return a.memory_ == b.memory_;
  }

private:
  template <class U>
  friend class operation_allocator;

  operation_memory* memory_;
};

}  // namespace weft::detail
