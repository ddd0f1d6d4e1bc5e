#include <weft/web/health.hpp>

#include "web/failure.hpp"

#include <weft/http/exchange.hpp>
#include <weft/http/server.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/semaphore.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/web/context.hpp>
#include <weft/web/json/write.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {
namespace {

void require_sense(const std::vector<health_check>& checks) {
  for (const auto& one : checks) {
    if (one.name.empty() || one.is_well == nullptr)
      throw std::invalid_argument("weft::add_health: a check has a name and a function");
    if (std::ranges::count(checks, one.name, &health_check::name) > 1)
      throw std::invalid_argument("weft::add_health: two checks are called '" + one.name + "'");
  }
}

bool is_stopping(const context& ctx) {
  const auto* const connection = ctx.request().exchange();
  const http_server* const server = connection != nullptr ? connection->server() : nullptr;
  return server != nullptr && server->is_stopping();
}

// What is wrong is for the log: who looks at the page is told only which check it was.
task<bool> is_well(const health_check& check, const context& ctx) {
  bool well = false;
  try {
    auto asked = with_timeout(check.patience, check.is_well());
    const auto told = co_await std::move(asked);
    well = told.has_value() && *told;
    if (!told) detail::log_failure(ctx, check.name + " has not answered in time");
  } catch (const std::exception& failure) {
    detail::log_failure(ctx, check.name + ": " + failure.what());
  } catch (...) {
    detail::log_failure(ctx, check.name + " has thrown what is no std::exception");
  }
  co_return well;
}

/// Asks all checks, once for all who wait meanwhile: the page is open to many and never shed, and
/// what is asked is perhaps a database in need.
class readiness {
public:
  explicit readiness(std::vector<health_check> checks) : checks_(std::move(checks)) {}

  /// The checks that said no after this was called.
  /// @return nullopt where the asking task was cancelled
  task<std::optional<std::vector<std::string_view>>> failing(const context& ctx) {
    const auto seen = begun_.load();
    auto permit = co_await one_round_.acquire();
    if (!permit) co_return std::nullopt;
    if (complete_ > seen) co_return failing_;
    const auto round = ++begun_;
    std::vector<std::string_view> no;
    for (const auto& one : checks_) {
      const bool well = co_await is_well(one, ctx);
      if (!well) no.push_back(one.name);
    }
    if (cancel_requested()) co_return std::nullopt;  // so the checks were cancelled too
    failing_ = std::move(no);
    complete_ = round;
    co_return failing_;
  }

private:
  const std::vector<health_check> checks_;
  semaphore one_round_{1};                 // for what stands behind begun_
  std::atomic<std::uint64_t> begun_{0};    // rounds
  std::uint64_t complete_ = 0;             // the last round that came to its end, ...
  std::vector<std::string_view> failing_;  // ... and what it found
};

void answer(context& ctx, std::string_view status, const std::vector<std::string_view>& failing) {
  auto& res = ctx.response();
  if (status != "ready") res.set_status(http_status::service_unavailable);
  res.set_content_type("application/json");
  res.set_header("Cache-Control", "no-store");
  auto& out = res.body();
  out.append("{\"status\":");
  write_json_string(out, status);
  for (const auto name : failing) {
    out.append(name == failing.front() ? ",\"failing\":[" : ",");
    write_json_string(out, name);
  }
  out.append(failing.empty() ? "}" : "]}");
}

task<> answer_ready(const std::shared_ptr<readiness>& ready, context& ctx) {
  if (is_stopping(ctx)) {
    answer(ctx, "stopping", {});
    co_return;
  }
  const auto failing = co_await ready->failing(ctx);
  if (failing) answer(ctx, failing->empty() ? "ready" : "not ready", *failing);
}

}  // namespace

void add_health(route_group& to, health_options options) {
  require_sense(options.checks);
  const auto ready = std::make_shared<readiness>(std::move(options.checks));
  to.get(options.live_path, [](context& ctx) {
      ctx.response().set_content_type("application/json");
      ctx.response().set_header("Cache-Control", "no-store");
      ctx.response().body().append("{\"status\":\"live\"}");
    }).never_shed();
  to.get(options.ready_path, [ready](context& ctx) {
      return answer_ready(ready, ctx);
    }).never_shed();
}

}  // namespace weft
