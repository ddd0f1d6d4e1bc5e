#include "web/templates/template_set.hpp"

#include "web/files/static_path.hpp"

#include <weft/web/templates.hpp>

#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace weft {
namespace detail {
namespace {

// A larger one is no template, and would be read whole.
constexpr std::uint64_t most_bytes = 16 * 1024 * 1024;

bool is_name(std::string_view name) {
  const bool is_plain = name.find_first_of("%?#") == name.npos;
  const auto path = parse_static_path(is_plain ? name : "", dot_files::refused);
  return path && !path->is_folder;
}

std::string text_of(const folder& from, const std::string& name) {
  const auto opened = from.open_beneath(name + std::string(template_ending));
  if (!opened) throw std::system_error(opened.error(), "template " + name);
  const auto status = opened->status();
  if (!status) throw std::system_error(status.error(), "template " + name);
  if (status->kind != file_status::type::regular || status->size > most_bytes)
    throw std::invalid_argument("template " + name + ": no file, or too large a one");
  std::string text(static_cast<std::size_t>(status->size), '\0');
  const auto got = opened->read_at(0, text);
  if (!got) throw std::system_error(got.error(), "template " + name);
  text.resize(*got);
  return text;
}

folder open_folder(const std::string& path) {
  auto opened = folder::open(path, links::refused);
  if (!opened) throw std::system_error(opened.error(), "templates: " + path);
  return std::move(*opened);
}

template_set::templates_by_name load_all(const std::string& path, const folder& from) {
  template_set::templates_by_name all;
  for (const auto& one : std::filesystem::recursive_directory_iterator(path)) {
    if (one.path().extension() != template_ending || !one.is_regular_file() || one.is_symlink())
      continue;
    const auto name = one.path().lexically_relative(path).replace_extension().generic_string();
    if (is_name(name)) all.emplace(name, load_template(text_of(from, name), name));
  }
  return all;
}

}  // namespace

std::shared_ptr<const loaded_template> load_template(std::string text, std::string_view name) {
  auto steps = parse_mustache(text, name);
  return std::make_shared<const loaded_template>(
      loaded_template{std::move(text), std::move(steps)});
}

std::shared_ptr<const loaded_template> template_set::find(std::string_view name) const {
  if (from_) {
    if (!is_name(name)) throw std::invalid_argument("no template: " + std::string(name));
    try {
      return load_template(text_of(*from_, std::string(name)), name);
    } catch (const std::system_error& e) {
      throw std::invalid_argument(e.what());
    }
  }
  const auto found = all_.find(name);
  if (found == all_.end()) throw std::invalid_argument("no template: " + std::string(name));
  return found->second;
}

}  // namespace detail

templates::templates(const std::string& folder, template_options options) {
  auto from = detail::open_folder(folder);
  auto all = detail::load_all(folder, from);  // also with reload: mistakes show at the start
  set_ = options.reload ? std::make_shared<const detail::template_set>(std::move(from))
                        : std::make_shared<const detail::template_set>(std::move(all));
}

templates::templates(std::span<const embedded_file> files) {
  detail::template_set::templates_by_name all;
  for (const auto& [path, content] : files) {
    if (!path.ends_with(detail::template_ending)) continue;
    const std::string name(path.substr(0, path.size() - detail::template_ending.size()));
    all.emplace(name, detail::load_template(std::string(content), name));
  }
  set_ = std::make_shared<const detail::template_set>(std::move(all));
}

std::string templates::render_json(std::string_view name, std::string_view json) const {
  return detail::render_mustache(*set_, name, json);
}

}  // namespace weft
