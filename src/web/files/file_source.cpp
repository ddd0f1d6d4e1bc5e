#include "web/files/file_source.hpp"

#include "web/files/static_path.hpp"

#include <weft/runtime/blocking.hpp>

#include <stdexcept>
#include <system_error>

namespace weft::detail {
namespace {

/// What a client may do about: all else is the server's trouble, and told to its log.
bool means_nothing_there(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory ||
         error == std::errc::too_many_symbolic_link_levels ||
         error == std::errc::cross_device_link || error == std::errc::permission_denied ||
         error == std::errc::filename_too_long || error == std::errc::no_such_device_or_address;
}

located found_on_disk(result<file> opened, std::string_view variant) {
  if (!opened && means_nothing_there(opened.error())) return {};
  if (!opened) throw std::system_error(opened.error(), "static_files");
  const auto status = opened->status();
  if (!status) throw std::system_error(status.error(), "static_files");
  if (status->kind == file_status::type::folder) return located(located::type::folder);
  if (status->kind != file_status::type::regular) return {};
  located found(located::type::regular);
  found.content.emplace(std::move(*opened), status->size);
  found.current = validators_of(*status, variant);
  found.modified = status->modified;
  return found;
}

}  // namespace

task<located> disk_source::locate(std::string name, std::string_view variant) const {
  if (name.empty()) co_return located(located::type::folder);
  auto opened = root_.try_open_beneath(name);
  const bool asks_disk = !opened && opened.error() == condition::refused;
  if (asks_disk) opened = co_await blocking([this, &name] { return root_.open_beneath(name); });
  co_return found_on_disk(std::move(opened), variant);
}

embedded_source::embedded_source(std::span<const embedded_file> files) {
  for (const auto& [path, content] : files) {
    const bool can_be_named = std::string_view(path).find_first_of("%?#") == path.npos;
    const auto parsed = parse_static_path(can_be_named ? path : "", dot_files::served);
    if (!parsed || parsed->is_folder)
      throw std::invalid_argument("static_files: no path of a file: " + std::string(path));
    if (!files_.emplace(path, entry{content, entity_tag::of(content)}).second)
      throw std::invalid_argument("static_files: twice: " + std::string(path));
  }
}

task<located> embedded_source::locate(std::string name, std::string_view /*variant*/) const {
  const auto found = files_.find(name);
  if (found == files_.end()) {
    // A folder is what something is in.
    const auto inside = name.empty() ? files_.begin() : files_.lower_bound(name + '/');
    const bool is_folder =
        inside != files_.end() && (name.empty() || inside->first.starts_with(name + '/'));
    co_return located(is_folder ? located::type::folder : located::type::nothing);
  }
  located file(located::type::regular);
  file.content.emplace(found->second.content);
  file.current = found->second.tag;
  co_return file;
}

}  // namespace weft::detail
