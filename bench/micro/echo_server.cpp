// weft_echo: what a client sends comes back. One task a connection, on the public API.

#include "burner.hpp"
#include "echo_options.hpp"

#include <weft/net/tcp_listener.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/yield.hpp>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace {

using weft::task;

task<> echo(weft::tcp_stream peer) {
  std::array<char, micro::echo_buffer_bytes> buffer;
  for (;;) {
    const auto count = co_await peer.read_some(buffer);
    if (!count) co_return;
    const auto written = co_await peer.write_all(std::string_view(buffer.data(), *count));
    if (!written) co_return;
  }
}

task<> compute_for_ever(std::uint64_t steps) {
  for (;;) {
    micro::burn(steps);
    co_await weft::yield();
  }
}

task<int> serve(unsigned burners, std::uint64_t steps) {
  auto listener = weft::tcp_listener::open({"127.0.0.1", micro::any_port});
  if (!listener) {
    std::fprintf(stderr, "weft_echo: %s\n", listener.error().message().c_str());
    co_return 1;
  }
  for (unsigned i = 0; i < burners; ++i) weft::go(compute_for_ever(steps));
  micro::announce(listener->local().port);
  for (;;) {
    auto peer = co_await listener->accept();
    if (!peer) co_return 1;
    weft::go(echo(std::move(*peer)));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = micro::parse_echo_options(argc, argv);
  const std::uint64_t steps = options.burners > 0 ? micro::steps_of_a_slice() : 0;
  weft::scheduler runtime(weft::parallel{options.workers});
  return runtime.run(serve(options.burners, steps));
}
