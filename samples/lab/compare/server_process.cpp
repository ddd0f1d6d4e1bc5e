#include "server_process.hpp"

#include <filesystem>
#include <stdexcept>

namespace lab {
namespace {

constexpr auto start_patience = std::chrono::seconds(10);

std::string read_endpoint(child_process& child, const std::string& program) {
  while (const auto line = child.read_line(start_patience)) {
    constexpr std::string_view scheme = "http://";
    const auto begin = line->find(scheme);
    if (begin == std::string::npos) continue;
    const std::string rest = line->substr(begin + scheme.size());
    return rest.substr(0, rest.find_first_not_of("0123456789.:"));
  }
  throw std::runtime_error(program + " did not start");
}

}  // namespace

server_process::server_process(const std::vector<std::string>& arguments, int core)
    : child_(arguments, core), endpoint_(read_endpoint(child_, arguments.front())) {}

std::string program_path() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

std::string program_folder() {
  return std::filesystem::path(program_path()).parent_path().string();
}

}  // namespace lab
