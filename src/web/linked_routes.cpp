#include "web/linked_routes.hpp"

#include "web/percent.hpp"

namespace weft::detail {
namespace {

bool ends_with_slash(std::string_view path) { return path.size() > 1 && path.ends_with('/'); }

std::string with_other_end(std::string_view path) {
  return ends_with_slash(path) ? std::string(path.substr(0, path.size() - 1))
                               : std::string(path) + '/';
}

}  // namespace

bool linked_routes::try_tree(const route_tree& tree, std::string_view path, http_method method,
                             path_values& values, found& out) const {
  const auto at = tree.match(method, path, values);
  if (at.target == route_tree::none) {
    out.allowed.add(at.allowed);
    return false;
  }
  out.target = &routes_[at.target];
  return true;
}

bool linked_routes::try_trees(http_method method, std::string_view host, std::string_view path,
                              path_values& values, found& out) const {
  if (!host_trees_.empty()) {
    const auto known = hosts_.find(host);
    if (known.exact != host_table::none &&
        try_tree(host_trees_[known.exact], path, method, values, out)) {
      return true;
    }
    if (known.any_label != host_table::none &&
        try_tree(host_trees_[known.any_label], path, method, values, out)) {
      out.host_label = known.label;
      return true;
    }
  }
  return try_tree(any_host_, path, method, values, out);
}

linked_routes::found linked_routes::match(http_method method, std::string_view host,
                                          std::string_view path, path_values& values) const {
  found out;
  const bool cuts = slashes_ == slash_policy::ignore && ends_with_slash(path);
  const auto looked_for = cuts ? path.substr(0, path.size() - 1) : path;
  if (!try_trees(method, host, looked_for, values, out) || !cuts) return out;
  const auto& pieces = patterns_[static_cast<std::size_t>(out.target - routes_.data())].pieces;
  // The slash is a part of what a wildcard takes.
  if (pieces.back().kind == route_pattern::piece_kind::wildcard) values.lengthen_last();
  return out;
}

std::string linked_routes::other_form(const request& req, std::string_view path) const {
  if (slashes_ != slash_policy::redirect || path == "/") return {};
  path_values unused;
  if (match(req.method(), req.host(), with_other_end(path), unused).target == nullptr) return {};
  auto target = with_other_end(req.path());
  // Also after the query is gone: "//evil.example/" is another host in a Location.
  if (!is_local_target(target)) return {};
  if (!req.query().empty()) target.append(1, '?').append(req.query());
  return is_local_target(target) ? target : std::string();
}

method_set linked_routes::methods() const noexcept {
  auto all = any_host_.methods();
  for (const auto& tree : host_trees_) all.add(tree.methods());
  return all;
}

}  // namespace weft::detail
