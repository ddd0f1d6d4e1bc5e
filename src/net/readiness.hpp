#pragma once

#include "epoll_set.hpp"

#include <weft/base/error.hpp>

#include <memory>

namespace weft::detail {

/// A descriptor in whose readiness one task at a time is interested: what accepting and connecting
/// need. As closing a socket, ending it may have to wait for the driver: hence watched_descriptor.
class readiness final : private watched {
public:
  explicit readiness(unique_descriptor watched_one) noexcept;

  class awaiter : cancel_hook {
  public:
    awaiter(readiness& of, std::uint32_t events, const char* what) noexcept
        : cancel_hook(&cut_short), of_(of), events_(events), what_(what) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(suspension h) { return of_.start(*this, h.task()); }
    result<void> await_resume() noexcept;

  private:
    friend class readiness;
    static void cut_short(cancel_hook& hook) noexcept;

    readiness& of_;
    const std::uint32_t events_;
    const char* const what_;
    task_handle waiter_;
    std::error_code error_;
  };

  /// Waits for the first of these events.
  /// Cancel  nothing is lost  @errors condition::canceled; condition::closed after close()
  awaiter wait(std::uint32_t events, const char* what) noexcept { return {*this, events, what}; }
  using watched::descriptor;
  /// Ends a wait, and closes the descriptor. Any thread.
  void close() noexcept;
  /// The descriptor, out of the set. When nobody waits.
  unique_descriptor take() noexcept { return withdraw(); }

private:
  friend struct end_readiness;

  ~readiness() override = default;
  bool start(awaiter& waiting, task_handle waiter);
  void cancel(awaiter& waiting) noexcept;
  void serve(std::uint32_t events, woken_tasks& woken, look_time& when) noexcept override;

  awaiter* waiting_ = nullptr;  // under lock_
};

struct end_readiness {
  void operator()(readiness* ended) const noexcept;
};
using watched_descriptor = std::unique_ptr<readiness, end_readiness>;

}  // namespace weft::detail
