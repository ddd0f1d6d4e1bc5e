#include "echo_options.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace micro {
namespace {

bool take(std::string_view argument, std::string_view name, unsigned& value) {
  if (!argument.starts_with(name)) return false;
  argument.remove_prefix(name.size());
  const auto [end, error] =
      std::from_chars(argument.data(), argument.data() + argument.size(), value);
  return error == std::errc{} && end == argument.data() + argument.size();
}

}  // namespace

echo_options parse_echo_options(int argc, char** argv) {
  echo_options options;
  for (int i = 1; i < argc; ++i) {
    const bool known = take(argv[i], "--workers=", options.workers) ||
                       take(argv[i], "--burners=", options.burners);
    if (known && options.workers > 0) continue;
    std::fprintf(stderr, "usage: %s [--workers=N] [--burners=N]\n", argv[0]);
    std::exit(2);
  }
  return options;
}

void announce(std::uint16_t port) {
  std::printf("listening on 127.0.0.1:%u\n", unsigned{port});
  std::fflush(stdout);
}

}  // namespace micro
