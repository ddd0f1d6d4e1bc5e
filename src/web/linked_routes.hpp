#pragma once

#include "web/host_table.hpp"
#include "web/openapi/served_documents.hpp"
#include "web/route_pattern.hpp"
#include "web/route_table.hpp"
#include "web/route_tree.hpp"

#include <weft/web/context.hpp>
#include <weft/web/route.hpp>
#include <weft/web/slash_policy.hpp>
#include <weft/web/url_argument.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weft::detail {

/// All routes of an app in the form in which they are looked for, and what is wrong with them.
///
/// Made once, by route_linker, from all that was registered; after that it is only read.
class linked_routes {
public:
  struct found {
    const route* target = nullptr;
    method_set allowed;           ///< what the routes of this path answer, without a target
    std::string_view host_label;  ///< what the parameter of the target's host stands for
  };

  explicit linked_routes(slash_policy slashes) : slashes_(slashes) {}

  /// No allocation. @param path  in normal form
  found match(http_method method, std::string_view host, std::string_view path,
              path_values& values) const;
  /// Where a request without a route is sent under slash_policy::redirect: its own target with the
  /// other form of its path. @return empty where that has no route, too, or would lead elsewhere
  std::string other_form(const request& req, std::string_view path) const;
  /// All methods that some route answers: for "OPTIONS *".
  method_set methods() const noexcept;

  /// @throws std::invalid_argument as app::url_for()
  std::string url_for(std::string_view name, std::span<const url_argument> arguments) const;

  const std::vector<route>& routes() const noexcept { return routes_; }
  /// Those of one path in the order in which they are tried.
  std::vector<const route*> in_order() const { return in_matching_order(routes_); }
  /// Their OpenAPI documents, made as they are asked for.
  served_documents& documents() const noexcept { return documents_; }
  /// Around what has no route.
  const std::vector<middleware>& outer_layers() const noexcept { return outer_layers_; }
  /// Some route takes bodies in a way of its own.
  bool plans_bodies() const noexcept { return plans_bodies_; }
  bool has_unshed_routes() const noexcept { return has_unshed_routes_; }
  /// A sentence each, with the places in the source.
  const std::vector<std::string>& mistakes() const noexcept { return mistakes_; }

private:
  friend class route_linker;

  bool try_tree(const route_tree& tree, std::string_view path, http_method method,
                path_values& values, found& out) const;
  bool try_trees(http_method method, std::string_view host, std::string_view path,
                 path_values& values, found& out) const;

  slash_policy slashes_;
  std::vector<route> routes_;
  std::vector<route_pattern> patterns_;  // of the routes
  std::vector<middleware> outer_layers_;
  route_tree any_host_;
  host_table hosts_;
  std::vector<route_tree> host_trees_;  // by the numbers of hosts_
  std::unordered_map<std::string, std::uint32_t> names_;
  std::vector<std::string> mistakes_;
  mutable served_documents documents_;
  bool plans_bodies_ = false;
  bool has_unshed_routes_ = false;
};

}  // namespace weft::detail
