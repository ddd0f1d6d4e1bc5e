#pragma once

#include <weft/web/route.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft {
struct api_description;
}

namespace weft::detail {

/// The documents of an app that have been asked for, one for each set of routes that some host
/// reaches: there are as many as the app has hosts, whatever clients send.
class served_documents {
public:
  using text = std::shared_ptr<const std::string>;

  /// Made at the first call. @throws as app::openapi()
  text of(std::span<const route* const> routes, const api_description& about);

private:
  std::mutex mutex_;
  std::map<std::vector<const route*>, text> made_;
};

/// Those that a request to that host may find, in the order in which they are tried.
std::vector<const route*> reached_by(std::string_view host, std::span<const route* const> routes);

}  // namespace weft::detail
