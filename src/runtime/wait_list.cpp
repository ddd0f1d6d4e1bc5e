#include <weft/runtime/wait_list.hpp>

namespace weft::detail {

void wait_list::push_back(waiter& w) noexcept {
  w.next = nullptr;
  w.previous = last_;
  (last_ != nullptr ? last_->next : first_) = &w;
  last_ = &w;
  w.queued = true;
}

void wait_list::push_front(waiter& w) noexcept {
  w.previous = nullptr;
  w.next = first_;
  (first_ != nullptr ? first_->previous : last_) = &w;
  first_ = &w;
  w.queued = true;
}

void wait_list::remove(waiter& w) noexcept {
  (w.previous != nullptr ? w.previous->next : first_) = w.next;
  (w.next != nullptr ? w.next->previous : last_) = w.previous;
  w.queued = false;
}

waiter* wait_list::pop_front() noexcept {
  waiter* w = first_;
  if (w != nullptr) remove(*w);
  return w;
}

}  // namespace weft::detail
