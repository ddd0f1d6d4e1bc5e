#pragma once

#include "web/files/folder.hpp"
#include "web/templates/mustache.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weft::detail {

/// A template with its text, which a partial that stands further in is made of.
struct loaded_template {
  std::string text;
  mustache steps;
};

/// The templates of a folder or of the program, by name.
class template_set {
public:
  using templates_by_name =
      std::map<std::string, std::shared_ptr<const loaded_template>, std::less<>>;

  explicit template_set(templates_by_name all) : all_(std::move(all)) {}
  /// Reads each from the folder when it is asked for.
  explicit template_set(folder from) : from_(std::move(from)) {}

  /// @throws std::invalid_argument  there is none of that name, or it is no template
  std::shared_ptr<const loaded_template> find(std::string_view name) const;

private:
  templates_by_name all_;
  std::optional<folder> from_;
};

inline constexpr std::string_view template_ending = ".mustache";

std::shared_ptr<const loaded_template> load_template(std::string text, std::string_view name);

/// @param json  a value as JSON text
/// @throws std::length_error  partials are within each other more than 64 times
std::string render_mustache(const template_set& set, std::string_view name, std::string_view json);

}  // namespace weft::detail
