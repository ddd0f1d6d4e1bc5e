#include "samples.hpp"

#include <weft/runtime/sleep.hpp>
#include <weft/runtime/when_any.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;
using weft::task;

namespace {

struct mirror {
  const char* name;
  weft::duration latency;
  const char* outcome = "";
};

task<std::string> download(mirror& from) {
  const auto waited = co_await weft::sleep(from.latency);
  from.outcome = waited ? "was cancelled" : "answered";
  co_return from.name;
}

}  // namespace

task<> race() {
  std::array mirrors{mirror{"far", 5s}, mirror{"near", 20ms}, mirror{"asleep", 10min}};
  // It returns when the losers have ended too: nothing of them runs on.
  const auto first =
      co_await weft::when_any(download(mirrors[0]), download(mirrors[1]), download(mirrors[2]));
  std::printf("the first answer came from mirror %zu\n", first.index());
  for (const auto& m : mirrors) std::printf("%s %s\n", m.name, m.outcome);
}
