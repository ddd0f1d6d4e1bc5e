#include "counted_new.hpp"
#include "web/group_content.hpp"
#include "web/route_linker.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace weft;

/// What an app is to its linker.
struct tree final : route_group {
  tree() : route_group(std::make_shared<detail::group_content>()) {}
  using route_group::content;
};

TEST_CASE("finding one of 500 routes allocates nothing, whatever the host and the slash policy") {
  tree app;
  for (int i = 0; i < 500; ++i) {
    app.get("/api/v1/resource" + std::to_string(i) + "/{id}", [] { return "found"; });
  }
  auto host = std::make_shared<detail::group_content>();
  host->host = "{tenant}.example.com";
  app.content().add_group(host).get("/{*rest}", [] { return "tenant"; });
  for (const auto policy : {slash_policy::strict, slash_policy::redirect, slash_policy::ignore}) {
    const auto watcher = std::make_shared<detail::freshness>(false);
    const auto linked = detail::route_linker::link(app.content(), policy, watcher);
    REQUIRE(linked->mistakes().empty());
    const auto before = test::allocations();
    int found = 0;
    for (const std::string_view path :
         {"/api/v1/resource0/1", "/api/v1/resource499/a%20b", "/api/v1/resource250/7/"}) {
      for (const std::string_view name : {"other", "Blue.example.com:8080"}) {
        detail::path_values values;
        found += linked->match(http_method::get, name, path, values).target != nullptr ? 1 : 0;
      }
    }
    const auto allocated = test::allocations() - before;
    CHECK(allocated == 0);
    CHECK(found == (policy == slash_policy::ignore ? 6 : 5));
  }
}

}  // namespace
