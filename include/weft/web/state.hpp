#pragma once

#include <weft/web/context.hpp>

#include <optional>
#include <type_traits>
#include <typeinfo>

namespace weft {

namespace detail {

/// Throws std::logic_error: nobody gave the application an object of that type.
[[noreturn]] void throw_no_state(const std::type_info& type);

}  // namespace detail

/// The one object of type T that app::state() was given; all requests share it.
///
/// Handlers run at the same time under most models: T is constant (state<const T>), or protects
/// itself, as weft::guarded, weft::channel and atomics do.
template <class T>
class state {
public:
  explicit state(T& object) noexcept : object_(&object) {}

  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }

  static std::optional<state> extract(context& ctx) {
    auto* const object = ctx.find_state<std::remove_const_t<T>>();
    if (object == nullptr) detail::throw_no_state(state_type());
    return state(*object);
  }
  /// app::run() refuses to start where nobody registered it.
  static const std::type_info& state_type() noexcept { return typeid(std::remove_const_t<T>); }

private:
  T* object_;
};

}  // namespace weft
