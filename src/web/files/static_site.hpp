#pragma once

#include "web/files/file_source.hpp"
#include "web/files/static_path.hpp"

#include <weft/http/request.hpp>
#include <weft/http/response.hpp>
#include <weft/runtime/task.hpp>
#include <weft/web/files/static_files.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weft::detail {

/// The files of one static_files, and which of them a request gets.
class static_site {
public:
  /// @throws std::invalid_argument as static_files
  static_site(std::unique_ptr<const file_source> source, static_options options);

  /// What the middleware looks at. @return what follows the prefix; nullopt for other paths
  std::optional<std::string_view> below_prefix(std::string_view path) const;

  /// @param encoded  what follows the slash of the prefix, as it was sent
  /// @param res  empty 200; left as it is where there is nothing
  /// @return whether it has been answered
  task<bool> answer(const request& req, std::string_view encoded, response& res) const;

private:
  task<bool> answer_page(const request& req, const static_path& path, response& res) const;
  task<bool> answer_fallback(const request& req, const static_path& path, response& res) const;
  task<bool> redirect_to_folder(const request& req, const std::string& name, response& res) const;
  task<> answer_file(const request& req, const std::string& name, located found,
                     std::string_view caching, response& res) const;
  /// Replaces what was found by the best variant that the client takes.
  task<> choose_variant(const request& req, const std::string& name, located& found,
                        response& res) const;
  std::string_view type_of(std::string_view name) const;

  std::unique_ptr<const file_source> source_;
  static_options options_;
  std::string caching_;
};

}  // namespace weft::detail
