#include "samples.hpp"

#include <weft/runtime/scheduler.hpp>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

struct sample {
  std::string_view name;
  weft::task<> (*run)();
};

constexpr std::array samples{
    sample{"fork_join", fork_join}, sample{"race", race},
    sample{"pipeline", pipeline},   sample{"worker_pool", worker_pool},
    sample{"crawler", crawler},     sample{"philosophers", philosophers},
};

int usage() {
  std::string names;
  for (const auto& s : samples) names += " " + std::string(s.name);
  std::fprintf(stderr, "usage: tasks SAMPLE [--model=MODEL]; samples:%s; models: %s\n",
               names.c_str(), std::string(weft::model_names()).c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr std::string_view option = "--model=";
  weft::model model = weft::parallel{};
  if (argc < 2 || argc > 3) return usage();
  if (argc == 3) {
    const std::string_view given = argv[2];
    if (!given.starts_with(option)) return usage();
    const auto parsed = weft::parse_model(given.substr(option.size()));
    if (!parsed) return usage();
    model = *parsed;
  }
  for (const auto& s : samples) {
    if (s.name != argv[1]) continue;
    weft::scheduler(model).run(s.run());
    return 0;
  }
  return usage();
}
