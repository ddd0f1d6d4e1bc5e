#include <weft/web/files/static_files.hpp>

#include "web/failure.hpp"
#include "web/files/static_site.hpp"
#include "web/middleware/vary.hpp"

#include <weft/web/context.hpp>
#include <weft/web/problem.hpp>
#include <weft/web/route.hpp>

#include <algorithm>
#include <string>
#include <system_error>

namespace weft {
namespace {

std::unique_ptr<const detail::file_source> open_source(const std::string& folder,
                                                       const static_options& options) {
  const auto policy = options.follow_links ? detail::links::inside : detail::links::refused;
  auto root = detail::folder::open(folder, policy);
  if (!root) throw std::system_error(root.error(), "static_files: " + folder);
  return std::make_unique<detail::disk_source>(std::move(*root));
}

bool is_read(const request& req) noexcept {
  return req.method() == http_method::get || req.method() == http_method::head;
}

/// What the last parameter of the route stands for: its groups may have some, too.
std::string_view last_parameter(const context& ctx) {
  const auto count = std::ranges::count(ctx.route()->pattern(), '{');
  return ctx.raw_parameter(static_cast<std::size_t>(count) - 1);
}

task<void> answer_route(std::shared_ptr<const detail::static_site> site, context& ctx,
                        std::string_view encoded) {
  response& res = ctx.response();
  const bool answered = co_await site->answer(ctx.request(), encoded, res);
  if (answered) co_return;
  const std::string vary(res.header("Vary").value_or(""));
  write_problem({http_status::not_found, "There is no such resource.", {}}, res,
                detail::id_of(ctx));
  if (!vary.empty()) detail::add_vary(res, vary);
}

}  // namespace

static_files::static_files(const std::string& folder, static_options options) {
  auto source = open_source(folder, options);
  site_ = std::make_shared<const detail::static_site>(std::move(source), std::move(options));
}

static_files::static_files(std::span<const embedded_file> files, static_options options) {
  auto source = std::make_unique<detail::embedded_source>(files);
  site_ = std::make_shared<const detail::static_site>(std::move(source), std::move(options));
}

task<response> static_files::operator()(const request& req, next inner) const {
  const auto rest = site_->below_prefix(req.path());
  if (rest && is_read(req) && inner.context().route() == nullptr) {
    response res;
    const bool answered = co_await site_->answer(req, *rest, res);
    if (answered) co_return res;
    // A fallback that was not wanted is another answer to another Accept.
    const std::string vary(res.header("Vary").value_or(""));
    res = co_await inner(req);
    if (!vary.empty()) detail::add_vary(res, vary);
    co_return res;
  }
  co_return co_await inner(req);
}

void static_files::serve_below(route_group& group, std::string_view prefix,
                               std::source_location where) const {
  const std::string base(prefix);
  group.get(
      base + "/", [site = site_](context& ctx) { return answer_route(site, ctx, {}); }, where);
  group.get(
      base + "/{*path}",
      [site = site_](context& ctx) { return answer_route(site, ctx, last_parameter(ctx)); }, where);
}

}  // namespace weft
