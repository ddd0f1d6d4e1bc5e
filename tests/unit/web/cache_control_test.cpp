#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using weft::cache_control;

TEST_CASE("a Cache-Control says what its options say") {
  CHECK(cache_control{}.text().empty());
  CHECK(cache_control{.max_age = 1h}.text() == "max-age=3600");
  CHECK(cache_control{.max_age = 0s, .must_revalidate = true}.text() ==
        "max-age=0, must-revalidate");
  CHECK(cache_control{.no_store = true}.text() == "no-store");
  CHECK(cache_control{.is_private = true, .no_cache = true}.text() == "private, no-cache");
  CHECK(cache_control{.max_age = 365 * 24h, .is_public = true, .immutable = true}.text() ==
        "public, max-age=31536000, immutable");
  CHECK(cache_control{.max_age = 1min,
                      .shared_max_age = 2min,
                      .stale_while_revalidate = 3min,
                      .stale_if_error = 4min,
                      .proxy_revalidate = true,
                      .no_transform = true}
            .text() ==
        "max-age=60, s-maxage=120, proxy-revalidate, no-transform, stale-while-revalidate=180, "
        "stale-if-error=240");
}

TEST_CASE("what contradicts itself is refused") {
  for (const cache_control& how : {
           cache_control{.max_age = -1s},
           cache_control{.stale_if_error = -1s},
           cache_control{.is_public = true, .is_private = true},
           cache_control{.max_age = 1s, .no_store = true},
           cache_control{.is_public = true, .no_store = true},
           cache_control{.no_store = true, .immutable = true},
           cache_control{.shared_max_age = 1s, .is_private = true},
       }) {
    CHECK_THROWS_AS(how.text(), std::invalid_argument);
    CHECK_THROWS_AS(weft::with_caching(std::string(), how), std::invalid_argument);
    CHECK_THROWS_AS(weft::caching(how), std::invalid_argument);
  }
  CHECK_THROWS_AS(weft::caching({}), std::invalid_argument);
}

TEST_CASE("a handler says how long its answer may be kept, and a group says it for others") {
  weft::app app;
  // [caching]
  app.get("/prices", [] { return weft::with_caching("12.50", {.max_age = 30s}); });

  auto& pages = app.group("/pages");
  pages.use(weft::caching({.max_age = 24h, .is_public = true}));
  pages.get("/about", [] { return "About us"; });
  pages.get("/you", [] { return weft::with_caching("You", {.no_store = true}); });
  // [/caching]
  pages.get("/gone", [] { return std::optional<std::string>(); });
  pages.post("/about", [] { return "changed"; });
  app.get("/gone", [] {
    return weft::with_caching(std::optional<std::string>(), cache_control{.max_age = 30s});
  });
  client web(app);
  CHECK(web.get("/prices").header("Cache-Control") == "max-age=30");
  CHECK(web.get("/prices").body == "12.50");
  CHECK(web.get("/pages/about").header("Cache-Control") == "public, max-age=86400");
  CHECK(web.ask("HEAD", "/pages/about").header("Cache-Control") == "public, max-age=86400");
  CHECK(web.get("/pages/you").header("Cache-Control") == "no-store");
  CHECK(web.get("/pages/gone").header("Cache-Control").empty());
  CHECK(web.post("/pages/about", "").header("Cache-Control").empty());
  CHECK(web.get("/gone").status == 404);
  CHECK(web.get("/gone").header("Cache-Control").empty());
}
