#pragma once

#include <weft/runtime/task.hpp>

#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

namespace weft::testing::detail {

/// What a task has come to, as a value for another thread: no worker holds the exception any more
/// when that thread has it. Of a future's own error either side may be the last, and who that is
/// counts a library that ThreadSanitizer does not see into.
template <class T>
class settled {
public:
  using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  explicit settled(value_type value) noexcept : outcome_(std::move(value)) {}
  explicit settled(std::exception_ptr error) noexcept : outcome_(std::move(error)) {}

  /// @throws what the task has thrown
  T take() {
    if (auto* const error = std::get_if<std::exception_ptr>(&outcome_))
      std::rethrow_exception(std::exchange(*error, nullptr));
    if constexpr (!std::is_void_v<T>) return std::move(std::get<value_type>(outcome_));
  }

private:
  std::variant<value_type, std::exception_ptr> outcome_;
};

template <class T>
task<settled<T>> settle(task<T> work) {
  std::exception_ptr thrown;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(work);
      co_return settled<T>(std::monostate());
    } else {
      T value = co_await std::move(work);
      co_return settled<T>(std::move(value));
    }
  } catch (...) {
    thrown = std::current_exception();
  }
  co_return settled<T>(std::move(thrown));
}

}  // namespace weft::testing::detail
