#pragma once

#include <weft/web/context.hpp>

#include <optional>
#include <typeinfo>

namespace weft {

namespace detail {

/// Throws std::logic_error: no middleware has put an object of that type.
[[noreturn]] void throw_no_local(const std::type_info& type);

}  // namespace detail

/// The object of type T that a middleware has put into the context of this request: who asks, a
/// request_id, a transaction.
///
/// It refers to the context's object and lives as long as that. A handler that can do without takes
/// the context and asks find_local().
/// @example tests/unit/web/local_test.cpp:local
template <class T>
class local {
public:
  explicit local(T& object) noexcept : object_(&object) {}

  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }

  /// Never rejects. @throws std::logic_error  no middleware has put one: that is the server's
  ///                                          mistake, and answered with 500
  static std::optional<local> extract(context& ctx) {
    T* const object = ctx.find_local<T>();
    if (object == nullptr) detail::throw_no_local(typeid(T));
    return local(*object);
  }

private:
  T* object_;
};

}  // namespace weft
