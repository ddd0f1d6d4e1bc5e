#include "process_barrier.hpp"

#include <weft/runtime/detail/contract.hpp>

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace weft::detail {
namespace {

bool ask_for(int command) noexcept { return syscall(SYS_membarrier, command, 0, 0) == 0; }

bool register_process() noexcept { return ask_for(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED); }

}  // namespace

// Old kernels and some sandboxes do not.
bool offers_process_barrier() noexcept {
  static const bool is_registered = register_process();
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
