#include "scope_registry.hpp"

namespace weft::detail {

void scope_registry::add(task_scope& scope, unsigned number) noexcept {
  auto& s = shards_[number % count];
  std::lock_guard lock(s.lock);
  scope.listed_.next = s.first;
  if (s.first != nullptr) s.first->listed_.previous = &scope;
  s.first = &scope;
}

void scope_registry::remove(task_scope& scope, unsigned number) noexcept {
  auto& s = shards_[number % count];
  std::lock_guard lock(s.lock);
  const auto& links = scope.listed_;
  (links.previous != nullptr ? links.previous->listed_.next : s.first) = links.next;
  if (links.next != nullptr) links.next->listed_.previous = links.previous;
}

}  // namespace weft::detail
