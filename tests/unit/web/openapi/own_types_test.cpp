#include "unit/web/openapi/reading_document.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>
#include <utility>

namespace {

// [describe]
struct client_name {
  static std::optional<client_name> extract(weft::context& ctx) {
    const auto sent = ctx.request().header("X-Client");
    if (sent) return client_name{std::string(*sent)};
    ctx.reject(weft::http_status::bad_request, std::string("Who are you?"));
    return std::nullopt;
  }
  static void describe(weft::operation& op) {
    op.takes<std::string>(weft::operation::place::header, "X-Client");
    op.secured_by("key");
    op.fails(weft::http_status::too_many_requests);
  }
  std::string text;
};

struct table {
  void reply_to(weft::context& ctx) && {
    ctx.response().set_content_type("text/csv");
    ctx.response().body().append("a,b");
  }
  static void describe(weft::operation& op) { op.answers("text/csv"); }
};
// [/describe]

TEST_CASE("extractors and replies of one's own say what they take and answer") {
  weft::app app;
  app.describe_api({.security = {weft::security_scheme::key("key", weft::operation::place::header,
                                                            "X-Client")}});
  app.get("/", [](client_name) { return table(); });
  const document all(app);
  CHECK(all.get("/", "/parameters") ==
        R"([{"name":"X-Client","in":"header","required":true,"schema":{"type":"string"}}])");
  CHECK(all.get("/", "/security") == R"([{"key":[]}])");
  CHECK(all.get("/", "/responses/200/content") == R"({"text/csv":{}})");
  CHECK(all.get("/", "/responses/400") != "nothing");
  CHECK(all.get("/", "/responses/401") != "nothing");
  CHECK(all.get("/", "/responses/429/$ref") == R"("#/components/responses/too_many_requests")");
}

}  // namespace
