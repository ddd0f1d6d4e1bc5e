#pragma once

#include "web/files/file_content.hpp"
#include "web/files/folder.hpp"

#include <weft/runtime/task.hpp>
#include <weft/web/files/static_files.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weft::detail {

/// What a name stands for.
struct located {
  enum class type { nothing, folder, regular };

  located() = default;
  explicit located(type what) noexcept : kind(what) {}

  type kind = type::nothing;
  std::optional<file_content> content{};  // of a regular file, as is the rest
  validators current{};
  std::chrono::sys_time<std::chrono::nanoseconds> modified{};
};

/// Where the files of a site are.
class file_source {
public:
  virtual ~file_source() = default;
  /// @param name     as static_path has it; empty for the root
  /// @param variant  goes into the tag of what is found: "br"
  virtual task<located> locate(std::string name, std::string_view variant) const = 0;
};

class disk_source final : public file_source {
public:
  explicit disk_source(folder root) noexcept : root_(std::move(root)) {}
  task<located> locate(std::string name, std::string_view variant) const override;

private:
  folder root_;
};

class embedded_source final : public file_source {
public:
  /// @throws std::invalid_argument  a path that no request could name, or twice
  explicit embedded_source(std::span<const embedded_file> files);
  task<located> locate(std::string name, std::string_view variant) const override;

private:
  struct entry {
    std::string_view content;
    entity_tag tag;
  };
  std::map<std::string, entry, std::less<>> files_;
};

}  // namespace weft::detail
