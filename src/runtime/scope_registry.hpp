#pragma once

#include <weft/runtime/detail/task_scope.hpp>

#include <array>
#include <cstddef>
#include <mutex>

namespace weft::detail {

/// The scopes of a scheduler that have had a child, for who wants to see all tasks. In shards, so
/// that workers which make and end groups do not meet at one lock.
///
/// Locks: shard -> scope. A scope that is listed stays alive while its shard's lock is held.
class scope_registry {
public:
  /// @param number  any, which picks the shard; the same for remove()
  void add(task_scope& scope, unsigned number) noexcept;
  void remove(task_scope& scope, unsigned number) noexcept;

  template <class Visit>
  void for_each(Visit visit) {
    for (shard& s : shards_) {
      std::lock_guard lock(s.lock);
      for (task_scope* scope = s.first; scope != nullptr; scope = scope->listed_.next)
        visit(*scope);
    }
  }

private:
  struct alignas(64) shard {
    spinlock lock;  // for the list
    task_scope* first = nullptr;
  };
  static constexpr std::size_t count = 16;

  std::array<shard, count> shards_;
};

}  // namespace weft::detail
