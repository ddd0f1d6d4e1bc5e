#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/web/accept.hpp>
#include <weft/web/files/static_files.hpp>
#include <weft/web/json/write.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace weft {

namespace detail {
class template_set;
}

struct template_options {
  /// Reads a template again each time, so that a change shows without a restart. For development.
  bool reload = false;
};

/// Mustache templates: HTML with places for the members of a described type.
///
///     weft::templates pages("templates");
///     app.get("/", [pages](...) { return pages.render("home", visitor); });
///
/// `{{name}}` puts a member in, with &, <, >, " and ' escaped, and `{{{name}}}` as it is. What
/// stands between `{{#items}}` and `{{/items}}` comes once for each item, or once for a member that
/// is there; between `{{^items}}` and `{{/items}}` where there is none. `{{> header}}` is another
/// template, and `{{! words}}` are for who reads it. A value is what it is as JSON: by the names of
/// rules_for, times as text. False, null, an empty list and an empty text are not there.
///
/// Escaping is for text and for attributes between quotes, not for scripts, styles and addresses.
/// Concurrent  render()
/// Cost        render() goes through the value's JSON; with `reload` it reads files, which blocks
/// @source mustache(5)
/// @example tests/unit/web/templates_test.cpp:templates
class templates {
public:
  /// All files of a folder whose names end with ".mustache", those in folders of it as
  /// "mail/welcome". Links are not followed.
  /// @throws std::system_error  one cannot be read; std::invalid_argument  one is no template, with
  ///         its name and line
  explicit templates(const std::string& folder, template_options options = {});
  /// Those among files that are part of the program. @throws std::invalid_argument as above
  explicit templates(std::span<const embedded_file> files);

  /// @param name  "mail/welcome"   @return a page of HTML
  /// @throws std::invalid_argument  there is no such template, or partial; with `reload`: it is
  ///         none; std::length_error  partials are within each other more than 64 times
  template <json_writable T>
  content render(std::string_view name, const T& value) const {
    byte_buffer text;
    write_json(text, value);
    return content("text/html; charset=utf-8", render_json(name, text.view()));
  }

  /// As render(), of a value as JSON text, and without a media type: for mails and the like.
  std::string render_json(std::string_view name, std::string_view json) const;

private:
  std::shared_ptr<const detail::template_set> set_;
};

}  // namespace weft
