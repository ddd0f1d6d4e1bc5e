#include <weft/runtime/detail/contract.hpp>
#include <weft/runtime/detail/process_barrier.hpp>
#include <weft/runtime/detail/threading.hpp>

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace weft::detail {
namespace {

bool ask_for(int command) noexcept { return syscall(SYS_membarrier, command, 0, 0) == 0; }

bool register_process() noexcept { return ask_for(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED); }

}  // namespace

constinit std::atomic<bool> has_process_barrier{false};

// Old kernels and some sandboxes do not.
bool offers_process_barrier() noexcept {
  static const bool is_registered = register_process();
  has_process_barrier.store(is_registered, std::memory_order_relaxed);
  return is_registered;
}

void process_barrier() noexcept {
  while (!ask_for(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) {
    if (errno == ENOMEM) give_way();
    else if (!register_process())
      broken_contract("membarrier() was forbidden after schedulers had begun to rely on it");
  }
}

}  // namespace weft::detail
