#pragma once

#include <weft/web/middleware.hpp>
#include <weft/web/route.hpp>
#include <weft/web/route_group.hpp>

#include <atomic>
#include <deque>
#include <memory>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

namespace weft::detail {

/// Whether what an app has made of its registered parts still holds.
using freshness = std::atomic<bool>;

/// What was registered in one group, as it was registered: nothing here is checked.
struct group_content {
  struct child;
  struct mounting {
    std::string prefix;
    std::string names;
    std::shared_ptr<group_content> content;  // null where it would contain itself
    std::source_location where;
  };

  std::string prefix;  // with those of the groups around it, up to the app or the router
  std::string host;    // of app::host()
  std::string wrong;   // why the prefix or the host is none; its routes are then left out
  std::source_location where;
  std::deque<route> routes;  // deque and pointers: users hold references to routes and groups
  std::vector<std::unique_ptr<child>> groups;
  std::vector<mounting> mounts;
  std::vector<middleware> layers;
  std::shared_ptr<const route_docs> docs;
  std::vector<std::weak_ptr<freshness>> watchers;  // of the apps that have looked at it

  group_content();
  group_content(const group_content&) = delete;
  group_content& operator=(const group_content&) = delete;
  ~group_content();

  route_group& add_group(std::shared_ptr<group_content> content);
  /// It is this one, or is somewhere inside of it.
  bool holds(const group_content& other) const;
  void watch(const std::shared_ptr<freshness>& watcher);
  /// All who have looked at it will look again.
  void changed();
};

struct group_content::child final : route_group {
  explicit child(std::shared_ptr<group_content> content) : route_group(std::move(content)) {}
  using route_group::content;
};

}  // namespace weft::detail
