#pragma once

#include <weft/http/request.hpp>
#include <weft/http/response.hpp>
#include <weft/runtime/task.hpp>
#include <weft/web/cache_control.hpp>
#include <weft/web/middleware.hpp>
#include <weft/web/route_group.hpp>

#include <cstddef>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

namespace detail {
class static_site;
}

/// A file that is part of the program.
struct embedded_file {
  std::string_view path;     ///< "css/site.css", without a slash in front
  std::string_view content;  ///< lives as long as the program
};

struct static_options {
  std::string prefix = "/";          ///< of the middleware: the paths that it looks at
  std::string index = "index.html";  ///< what a folder is answered with; empty: nothing
  /// For an app of a single page, which has paths of its own: the file that a browser gets for a
  /// page that is none ("index.html"). A name with a dot in its last part is no page, and neither
  /// is what is not asked for as text/html, so scripts and an API have their 404. Empty: none.
  std::string fallback{};
  bool dot_files = false;     ///< serves names that begin with a dot
  bool follow_links = false;  ///< follows links that stay in the folder
  /// Answers with "site.css.br", ".zst" or ".gz" instead of "site.css" where the client takes it
  /// and the file is not older.
  bool precompressed = false;
  /// What all of them say; a fallback says "no-cache" in any case.
  cache_control caching{.no_cache = true};
  /// By the end of a name, "glsl", before the table of media_type_of().
  std::vector<std::pair<std::string, std::string>> media_types{};
  std::size_t max_ranges = 1;  ///< a request that wants more parts gets the whole
};

/// Serves the files of a folder, or files that are part of the program, to GET and HEAD.
///
///     app.use(weft::static_files("public", {.precompressed = true}));
///
/// As a middleware of the app it answers what no route answers, so register it behind those that
/// its answers are to pass. serve_below() makes routes of it instead, with the middleware of their
/// group: files that not everybody may see.
///
/// Files are opened beneath the folder and nowhere else: not through "..", links (unless they are
/// followed), nor what an escape hides. Only regular files are. What must not be named is as what
/// is not there. Ranges, conditions and tags are those of file_reply.
/// Concurrent  the calls for requests
/// Cost        a system call to open a file, or some, which run on a thread of blocking() where the
///             disk has to be asked. Contents are read by the worker: a file that the system does
///             not have in memory holds it up
/// @example tests/docs/files_guide_test.cpp:static_files
class static_files {
public:
  /// @param folder  is opened now; it may be a link
  /// @throws std::system_error  it cannot be opened; std::invalid_argument  an option is none: a
  ///         prefix without a slash in front, a file that no request could name
  explicit static_files(const std::string& folder, static_options options = {});
  /// @throws std::invalid_argument  as above, or a path that no request could name, or twice
  explicit static_files(std::span<const embedded_file> files, static_options options = {});

  /// The middleware.
  task<response> operator()(const request& req, next inner) const;

  /// Makes routes for all that is below a prefix of the group. options.prefix does not count.
  /// @param prefix  "/files", or empty for the group's own
  void serve_below(route_group& group, std::string_view prefix,
                   std::source_location where = std::source_location::current()) const;

private:
  std::shared_ptr<const detail::static_site> site_;
};

}  // namespace weft
