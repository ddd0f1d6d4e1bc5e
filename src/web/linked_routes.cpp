#include "web/linked_routes.hpp"

#include "web/percent.hpp"

#include <algorithm>

namespace weft::detail {
namespace {

bool ends_with_slash(std::string_view path) { return path.size() > 1 && path.ends_with('/'); }

std::string with_other_end(std::string_view path) {
  return ends_with_slash(path) ? std::string(path.substr(0, path.size() - 1))
                               : std::string(path) + '/';
}

std::span<const middleware> common_start(std::span<const middleware> a,
                                         std::span<const middleware> b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return a.first(static_cast<std::size_t>(end - a.begin()));
}

/// Fetch standard, 3.2.2: what the request will be that a browser asks about.
std::optional<http_method> method_of_preflight(const request& req) {
  if (req.method() != http_method::options || !req.header("Origin")) return std::nullopt;
  const auto asked = req.header("Access-Control-Request-Method");
  return asked ? std::optional(parse_method(*asked)) : std::nullopt;
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

const route* linked_routes::find(http_method method, std::string_view host,
                                 std::string_view path) const {
  path_values unused;
  return match(method, host, path, unused).target;
}

std::span<const middleware> linked_routes::layers_around(const request& req, std::string_view path,
                                                         method_set allowed) const {
  if (const auto method = method_of_preflight(req)) {
    const auto* const asked_for = find(*method, req.host(), path);
    if (asked_for != nullptr) return asked_for->layers_;
  }
  std::optional<std::span<const middleware>> shared;
  for (unsigned i = 0; i <= static_cast<unsigned>(http_method::other); ++i) {
    const auto method = static_cast<http_method>(i);
    const auto* const one = allowed.has(method) ? find(method, req.host(), path) : nullptr;
    if (one == nullptr) continue;
    const std::span<const middleware> around(one->layers_);
    shared = shared ? common_start(*shared, around) : around;
  }
  return shared.value_or(outer_layers_);
}

}  // namespace weft::detail
