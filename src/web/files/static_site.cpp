#include "web/files/static_site.hpp"

#include "web/ascii.hpp"
#include "web/middleware/vary.hpp"
#include "web/percent.hpp"
#include "web/weighted_list.hpp"

#include <weft/web/files/media_type.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace weft::detail {
namespace {

struct coding {
  std::string_view name;
  std::string_view extension;
};
// The smaller first.
constexpr std::array<coding, 3> codings = {{{"br", ".br"}, {"zstd", ".zst"}, {"gzip", ".gz"}}};

/// @return 0 where the client does not take it; a coding has to be named, or all be taken by "*"
unsigned weight_of(std::string_view field, std::string_view coding) {
  unsigned of_any = 0;
  weighted_list list(field);
  while (list.next()) {
    if (equal_ignoring_case(list.value(), coding)) return list.weight();
    if (list.value() == "*") of_any = list.weight();
  }
  return of_any;
}

bool wants_page(const request& req) {
  const auto field = joined_fields(req, "Accept");
  weighted_list list(field);
  while (list.next()) {
    if (equal_ignoring_case(list.value(), "text/html") && list.weight() > 0) return true;
  }
  return false;
}

bool is_name_of_page(std::string_view name) {
  return name.substr(name.rfind('/') + 1).find('.') == name.npos;
}

std::string inside(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + '/' + name;
}

void require_name(const std::string& name, const char* what) {
  const auto parsed = parse_static_path(name, dot_files::served);
  if (!name.empty() && (!parsed || parsed->is_folder))
    throw std::invalid_argument(std::string("static_files: ") + what + " is no path of a file");
}

}  // namespace

static_site::static_site(std::unique_ptr<const file_source> source, static_options options)
    : source_(std::move(source)), options_(std::move(options)), caching_(options_.caching.text()) {
  if (!options_.prefix.starts_with('/'))
    throw std::invalid_argument("static_files: a prefix begins with a slash");
  if (!options_.prefix.ends_with('/')) options_.prefix += '/';
  require_name(options_.index, "the index");
  require_name(options_.fallback, "the fallback");
  response probe;
  for (const auto& [end, type] : options_.media_types) probe.set_header("Content-Type", type);
}

std::optional<std::string_view> static_site::below_prefix(std::string_view path) const {
  const std::string_view prefix = options_.prefix;
  if (path == prefix.substr(0, prefix.size() - 1)) return "";
  if (!path.starts_with(prefix)) return std::nullopt;
  return path.substr(prefix.size());
}

task<bool> static_site::answer(const request& req, std::string_view encoded, response& res) const {
  const auto policy = options_.dot_files ? dot_files::served : dot_files::refused;
  auto path = parse_static_path(encoded, policy);
  if (!path) co_return false;
  path->is_folder = req.path().ends_with('/');  // also where the routes do not care
  co_return co_await answer_page(req, *path, res);
}

task<bool> static_site::answer_page(const request& req, const static_path& path,
                                    response& res) const {
  std::string name = path.name;
  if (path.is_folder) name = options_.index.empty() ? "" : inside(name, options_.index);
  auto found = co_await source_->locate(name, {});
  if (found.kind == located::type::regular) {
    co_await answer_file(req, name, std::move(found), caching_, res);
    co_return true;
  }
  if (found.kind == located::type::folder && !path.is_folder) {
    const bool redirected = co_await redirect_to_folder(req, name, res);
    if (redirected) co_return true;
  }
  co_return co_await answer_fallback(req, path, res);
}

/// Links in a page are relative to its folder, so its path has to end with the slash.
task<bool> static_site::redirect_to_folder(const request& req, const std::string& name,
                                           response& res) const {
  if (options_.index.empty()) co_return false;
  const auto index = co_await source_->locate(inside(name, options_.index), {});
  std::string target(req.path());
  target += '/';
  if (!req.query().empty()) target.append("?").append(req.query());
  if (index.kind != located::type::regular || !is_local_target(target)) co_return false;
  res.set_status(http_status::permanent_redirect);
  res.set_header("Location", target);
  co_return true;
}

task<bool> static_site::answer_fallback(const request& req, const static_path& path,
                                        response& res) const {
  if (options_.fallback.empty() || !is_name_of_page(path.name)) co_return false;
  add_vary(res, "Accept");
  if (!wants_page(req)) co_return false;
  auto found = co_await source_->locate(options_.fallback, {});
  if (found.kind != located::type::regular) co_return false;
  co_await answer_file(req, options_.fallback, std::move(found), "no-cache", res);
  co_return true;
}

task<> static_site::answer_file(const request& req, const std::string& name, located found,
                                std::string_view caching, response& res) const {
  res.set_content_type(type_of(name));
  res.set_header("X-Content-Type-Options", "nosniff");
  if (!caching.empty()) res.set_header("Cache-Control", caching);
  if (options_.precompressed) co_await choose_variant(req, name, found, res);
  answer_content(req, *found.content, found.current, options_.max_ranges, res);
}

task<> static_site::choose_variant(const request& req, const std::string& name, located& found,
                                   response& res) const {
  add_vary(res, "Accept-Encoding");
  const auto field = joined_fields(req, "Accept-Encoding");
  auto wanted = codings;
  const auto less_wanted = [&field](const coding& a, const coding& b) {
    return weight_of(field, a.name) > weight_of(field, b.name);
  };
  std::ranges::stable_sort(wanted, less_wanted);
  for (const auto& one : wanted) {
    if (weight_of(field, one.name) == 0) break;
    auto variant = co_await source_->locate(name + std::string(one.extension), one.name);
    if (variant.kind != located::type::regular || variant.modified < found.modified) continue;
    res.set_header("Content-Encoding", one.name);
    found = std::move(variant);
    break;
  }
}

std::string_view static_site::type_of(std::string_view name) const {
  const auto dot = name.rfind('.');
  if (dot != name.npos) {
    for (const auto& [end, type] : options_.media_types)
      if (equal_ignoring_case(name.substr(dot + 1), end)) return type;
  }
  return media_type_of(name);
}

}  // namespace weft::detail
