#pragma once

#include <weft/runtime/mutex.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

}  // namespace detail

/// A value that is only reachable while its mutex is held.
///
///     guarded<std::map<int, std::string>> names;
///     auto name = co_await names.with([&](auto& map) { return map[7]; });
///
/// The function is a plain one: no lock is ever held across a suspension. It returns by value.
template <class T>
class guarded {
public:
  template <class... Args>
  explicit guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

  /// Calls `function(value)` with the mutex held.
  /// Cancel  not cancellable, as mutex::lock()
  /// @return what the function returns  @throws what it throws; the mutex is released
  template <class Function>
  task<std::invoke_result_t<Function&, T&>> with(Function function) {
    using result_type = std::invoke_result_t<Function&, T&>;
    static_assert(
        !detail::is_task<result_type>,
        "guarded::with() takes a plain function: a coroutine would hold the lock while it "
        "is suspended");
    static_assert(!std::is_reference_v<result_type>,
                  "guarded::with() returns by value: a reference would escape the lock");
    auto held = co_await mutex_.lock();
    co_return std::invoke(function, value_);
  }

private:
  mutex mutex_;
  T value_;
};

}  // namespace weft
