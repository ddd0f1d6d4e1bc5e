#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>

#include <stdlib.h>

/// A new folder, which goes with all that is in it.
class temporary_folder {
public:
  temporary_folder() {
    std::string made = std::filesystem::temp_directory_path() / "weft-web-XXXXXX";
    if (::mkdtemp(made.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = made;
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() { std::filesystem::remove_all(path_); }

  std::string path() const { return path_; }
  std::string text_of(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// Files of any kind and name.
  long count() const { return std::distance(std::filesystem::directory_iterator(path_), {}); }

  /// Files of this folder that this process has open, with a name or without.
  long open_files() const {
    long count = 0;
    for (const auto& one : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code closed_meanwhile;
      const auto target = std::filesystem::read_symlink(one.path(), closed_meanwhile).string();
      if (target.starts_with(path_.string() + "/")) ++count;
    }
    return count;
  }

private:
  std::filesystem::path path_;
};
