#include "target.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Runs a target over the files of its corpus, without libFuzzer:
//
//     fuzz_TARGET PATH...             each file, or the files of a folder; all have to pass
//     fuzz_TARGET --planted PATH...   once for each fault that the target can plant; each has to be
//                                     found by one of them

namespace {

namespace fs = std::filesystem;
using namespace weft::fuzz;

struct sample {
  std::string name;
  std::string bytes;
};

sample read_sample(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {path.string(), std::string(std::istreambuf_iterator<char>(file), {})};
}

std::vector<sample> read_samples(std::span<char*> paths) {
  std::vector<sample> samples;
  for (const fs::path path : paths) {
    if (!fs::is_directory(path)) samples.push_back(read_sample(path));
    else
      for (const auto& entry : fs::directory_iterator(path))
        samples.push_back(read_sample(entry.path()));
  }
  if (samples.empty()) throw std::runtime_error("there is no input to replay");
  std::ranges::sort(samples, {}, &sample::name);
  return samples;
}

/// What the target says against an input; empty where nothing.
std::string fault_of(const std::string& bytes) {
  // A copy of its size, so that a sanitizer sees a read past the end.
  const std::vector<char> exact(bytes.begin(), bytes.end());
  try {
    try_input({exact.data(), exact.size()});
  } catch (const std::exception& fault) {
    return fault.what();
  }
  return {};
}

bool replay(std::span<const sample> samples) {
  std::size_t faulty = 0;
  for (const auto& [name, bytes] : samples) {
    const auto fault = fault_of(bytes);
    if (fault.empty()) continue;
    ++faulty;
    std::cerr << name << ": " << fault << '\n';
  }
  std::cout << samples.size() << " inputs, " << faulty << " faults\n";
  return faulty == 0;
}

bool find_planted(std::span<const sample> samples) {
  bool all_found = !plants.empty();
  for (const auto plant : plants) {
    set_planted(plant);
    const auto found =
        std::ranges::find_if(samples, [](const sample& s) { return !fault_of(s.bytes).empty(); });
    const bool is_found = found != samples.end();
    std::cout << plant << ": " << (is_found ? "found by " + found->name : "NOT FOUND") << '\n';
    all_found = all_found && is_found;
  }
  return all_found;
}

}  // namespace

int main(int argc, char** argv) {
  std::span<char*> paths(argv + 1, static_cast<std::size_t>(argc - 1));
  const bool planted = !paths.empty() && std::string_view(paths.front()) == "--planted";
  if (planted) paths = paths.subspan(1);
  try {
    const auto samples = read_samples(paths);
    return (planted ? find_planted(samples) : replay(samples)) ? 0 : 1;
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
  }
}
