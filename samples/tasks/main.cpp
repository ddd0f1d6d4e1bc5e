#include "samples.hpp"

#include <weft/runtime/scheduler.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

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

constexpr std::string_view model_option = "--model=";

std::string sample_names() {
  std::string names;
  for (const auto& s : samples) names += (names.empty() ? "" : " ") + std::string(s.name);
  return names;
}

int misuse(const std::string& what) {
  std::fprintf(stderr, "tasks: %s\n", what.c_str());
  return 2;
}

int run(const sample& chosen, const weft::model& model) {
  weft::scheduler(model).run(chosen.run());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> given(argv + 1, argv + argc);
  const std::string models(weft::model_names());
  if (given.empty()) {
    return misuse("usage: tasks SAMPLE [--model=MODEL]; samples: " + sample_names() +
                  "; models: " + models);
  }
  const auto chosen = std::ranges::find(samples, given[0], &sample::name);
  if (chosen == samples.end()) {
    return misuse("there is no sample \"" + std::string(given[0]) + "\"; there are " +
                  sample_names());
  }
  weft::model model = weft::parallel{};
  for (const auto option : given | std::views::drop(1)) {
    if (!option.starts_with(model_option)) {
      return misuse("there is no option \"" + std::string(option) + "\"; there is --model=MODEL");
    }
    const auto name = option.substr(model_option.size());
    const auto parsed = weft::parse_model(name);
    if (!parsed) {
      return misuse("--model: there is no \"" + std::string(name) + "\"; there are " + models);
    }
    model = *parsed;
  }
  return run(*chosen, model);
}
