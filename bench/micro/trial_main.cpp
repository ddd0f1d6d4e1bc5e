#include "resident.hpp"
#include "trial.hpp"

#include <boost/version.hpp>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace micro {
namespace {

// Taken before the first case, so that peak_bytes is what the cases of this process have added.
const std::uint64_t idle_bytes = resident_bytes();

void run_trial(benchmark::State& state, const case_form& form, const run_function& run,
               std::uint64_t tasks) {
  trial t{static_cast<std::uint64_t>(state.max_iterations), tasks};
  const std::uint64_t value = run(state, t);
  if (value != form.expected(t)) state.SkipWithError("the case gave a wrong value");
  state.counters["value"] = static_cast<double>(value);
  state.counters["peak_bytes"] = static_cast<double>(peak_resident_bytes() - idle_bytes);
  for (const auto& [name, counted] : t.counters) state.counters[name] = counted;
}

}  // namespace

void add_case(const case_form& form, run_function run, const settings& s) {
  auto* registered = benchmark::RegisterBenchmark(
      form.name, [form, run = std::move(run), tasks = s.tasks](benchmark::State& state) {
        run_trial(state, form, run, tasks);
      });
  registered->UseRealTime()->MeasureProcessCPUTime();
  if (form.how == repeat::once) registered->Iterations(1);
}

namespace {

std::uint64_t number_after(std::string_view argument, std::size_t prefix) {
  const std::string_view digits = argument.substr(prefix);
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (error == std::errc{} && end == digits.data() + digits.size() && n > 0) return n;
  std::fprintf(stderr, "not a number above 0: %s\n", std::string(argument).c_str());
  std::exit(2);
}

// Takes our own options out of the command line; what is left is Google Benchmark's.
settings take_settings(int& argc, char** argv) {
  constexpr std::string_view workers = "--workers=";
  constexpr std::string_view tasks = "--tasks=";
  settings s;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(workers)) {
      s.workers = static_cast<unsigned>(number_after(argument, workers.size()));
    } else if (argument.starts_with(tasks)) {
      s.tasks = number_after(argument, tasks.size());
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  return s;
}

void add_context() {
#if defined(__clang__)
  benchmark::AddCustomContext("compiler", "clang++ " __clang_version__);
#else
  benchmark::AddCustomContext("compiler", "g++ " __VERSION__);
#endif
#if defined(__OPTIMIZE__) && defined(NDEBUG)
  benchmark::AddCustomContext("optimised", "yes");
#else
  benchmark::AddCustomContext("optimised", "no");
#endif
  benchmark::AddCustomContext("boost", BOOST_LIB_VERSION);
}

}  // namespace
}  // namespace micro

int main(int argc, char** argv) {
  const micro::settings s = micro::take_settings(argc, argv);
  micro::add_context();
  micro::register_cases(s);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  return benchmark::RunSpecifiedBenchmarks() == 0 ? 1 : 0;
}
