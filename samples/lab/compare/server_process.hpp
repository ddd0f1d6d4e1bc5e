#pragma once

#include "child_process.hpp"

#include <string>
#include <vector>

namespace lab {

/// A server under test: a child that has said where it listens.
class server_process {
public:
  /// @param arguments  of a program that prints a line with http://HOST:PORT when it is ready
  /// @throws std::runtime_error when that line does not come
  explicit server_process(const std::vector<std::string>& arguments, int core = -1);

  pid_t pid() const { return child_.pid(); }
  /// "127.0.0.1:40001"
  const std::string& endpoint() const { return endpoint_; }

private:
  child_process child_;
  std::string endpoint_;
};

/// The folder of the running program, in which its siblings are found.
std::string program_folder();
std::string program_path();

}  // namespace lab
