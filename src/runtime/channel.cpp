#include <weft/runtime/detail/channel_core.hpp>

#include <mutex>

namespace weft::detail {

void channel_base::close() noexcept {
  waiter* woken_senders = nullptr;
  waiter* woken_receivers = nullptr;
  {
    std::lock_guard held(lock);
    closed = true;
    woken_senders = senders.claim_all(wait_outcome::closed);
    woken_receivers = receivers.claim_all(wait_outcome::closed);
  }
  wake_all(woken_senders);
  wake_all(woken_receivers);
}

void channel_wait::stop_sending(cancel_hook& hook) noexcept {
  auto& self = static_cast<channel_wait&>(hook);
  self.leave(self.channel_.senders, self.channel_.lock);
}

void channel_wait::stop_receiving(cancel_hook& hook) noexcept {
  auto& self = static_cast<channel_wait&>(hook);
  self.leave(self.channel_.receivers, self.channel_.lock);
}

}  // namespace weft::detail
