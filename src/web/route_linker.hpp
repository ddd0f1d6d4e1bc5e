#pragma once

#include "web/group_content.hpp"
#include "web/linked_routes.hpp"

#include <memory>
#include <string>
#include <vector>

namespace weft::detail {

/// Goes through all that was registered, routers at each of their mounts, and makes the routes as
/// requests find them. What cannot work is noted and left out.
class route_linker {
public:
  /// @param watcher  is told when something is registered after this
  static std::unique_ptr<linked_routes> link(group_content& app, slash_policy slashes,
                                             const std::shared_ptr<freshness>& watcher);

private:
  /// What the groups and mounts around a place add to what is registered there.
  struct surroundings {
    std::string prefix;  // of the mounts alone: groups have theirs in their routes
    std::string host;
    std::string names;
    std::string mounts;  // for messages
    std::vector<middleware> layers;
    std::shared_ptr<const route_docs> docs;
  };

  route_linker(linked_routes& out, const std::shared_ptr<freshness>& watcher)
      : out_(out), watcher_(watcher) {}

  void walk(group_content& group, surroundings around);
  void mount(const group_content& group, const group_content::mounting& mounted,
             surroundings around);
  void add(const route& declared, const surroundings& around);
  static void check_arguments(const route& added);
  void enter(const route& added, const route_pattern& pattern);
  void enter_name(const route& added);
  route_tree& tree_of(const std::string& host);
  void note(std::string_view wrong, const std::string& place);

  linked_routes& out_;
  const std::shared_ptr<freshness>& watcher_;
  std::vector<std::string> places_;  // of out_.routes_
};

}  // namespace weft::detail
