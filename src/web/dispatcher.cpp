#include "web/dispatcher.hpp"

#include "web/failure.hpp"
#include "web/openapi/document.hpp"
#include "web/route_linker.hpp"

#include <weft/http/exchange.hpp>
#include <weft/web/reply.hpp>
#include <weft/web/state.hpp>

#include <boost/core/demangle.hpp>

#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace weft::detail {
namespace {

std::string place_of(const std::source_location& where) {
  return std::string(where.file_name()) + ':' + std::to_string(where.line());
}

std::string name_of(const route& r) {
  return std::string(to_string(r.method())) + ' ' + r.pattern();
}

// RFC 9110 9.1: 501 is for methods that the server does not know at all.
bool is_common(http_method method) { return method < http_method::connect; }

}  // namespace

dispatcher::dispatcher()
    : content_(std::make_shared<group_content>()), fresh_(std::make_shared<freshness>(false)) {}
dispatcher::~dispatcher() = default;

void dispatcher::set_slashes(slash_policy policy) {
  slashes_ = policy;
  fresh_->store(false, std::memory_order_release);
}

// One lock for all apps: they may share routers, whose lists of watchers change here.
void dispatcher::link() const {
  static std::mutex one_at_a_time;
  const std::scoped_lock lock(one_at_a_time);
  if (fresh_->load(std::memory_order_relaxed)) return;
  linked_ = route_linker::link(*content_, slashes_, fresh_);
  fresh_->store(true, std::memory_order_release);
}

void dispatcher::check() const {
  const auto& mistakes = linked().mistakes();
  if (mistakes.size() == 1) throw std::logic_error("weft: " + mistakes.front());
  if (!mistakes.empty()) {
    std::string all = "weft: the routes have " + std::to_string(mistakes.size()) + " mistakes:";
    for (const auto& one : mistakes) all += "\n  " + one;
    throw std::logic_error(all);
  }
  check_states();
  if (serves_documents) openapi_text(linked().in_order(), about());
}

const api_description& dispatcher::about() const noexcept {
  static const api_description defaults;
  const auto* const said =
      static_cast<const api_description*>(states_.find(typeid(api_description)));
  return said != nullptr ? *said : defaults;
}

void dispatcher::check_states() const {
  for (const auto& r : linked().routes()) {
    for (const auto* type : r.handler_.states) {
      if (states_.find(*type) != nullptr) continue;
      throw std::logic_error("weft: the handler of " + name_of(r) + " takes state<" +
                             boost::core::demangle(type->name()) +
                             ">, which was not given to app::state() (" + place_of(r.where_) + ")");
    }
  }
}

body_plan dispatcher::plan_body(const request& head) const {
  if (!linked().plans_bodies()) return {};
  response none;
  context ctx(states_, head, none);
  find_route(ctx);
  if (ctx.route_ == nullptr) return {};
  return {ctx.route_->handler_.streams_body, ctx.route_->max_body_bytes_};
}

bool dispatcher::is_never_shed(const request& head) const {
  if (!linked().has_unshed_routes()) return false;
  response none;
  context ctx(states_, head, none);
  find_route(ctx);
  return ctx.route_ != nullptr && ctx.route_->is_never_shed_;
}

// A route without middleware writes into the leased response and costs no further frame.
task<void> dispatcher::dispatch(const request& req, response& res) const {
  context ctx(states_, req, res);
  find_route(ctx);
  if (ctx.route_ != nullptr && req.exchange() != nullptr) {
    req.exchange()->note_route(ctx.route_->pattern_);
    if (ctx.route_->is_never_shed_) req.exchange()->leave_count();
    if (ctx.route_->time_limit_) req.exchange()->limit_time(*ctx.route_->time_limit_);
  }
  const auto& layers =
      ctx.route_ != nullptr ? ctx.route_->layers_ : ctx.all_routes_->outer_layers();
  if (!layers.empty()) {
    response out = co_await pass(ctx, layers, req);
    res = std::move(out);
    co_return;
  }
  if (answer_now(ctx)) co_return;
  try {
    co_await start_handler(ctx);
    write_rejection(ctx);
  } catch (...) {
    if (!write_late_rejection(ctx)) write_failure(req, std::current_exception(), res);
  }
}

task<response> dispatcher::pass(context& ctx, std::span<const middleware> layers,
                                const request& req) {
  if (layers.empty()) return answer_inside(ctx, req);
  return pass_one(ctx, layers, req);
}

task<response> dispatcher::pass_one(context& ctx, std::span<const middleware> layers,
                                    const request& req) {
  response res;
  try {
    res = co_await layers.front()(req, next(ctx, layers.subspan(1)));
  } catch (...) {
    write_failure(req, std::current_exception(), res);
  }
  co_return res;
}

// The answer is moved out of the leased response, whose memory comes back with it in the end.
task<response> dispatcher::answer_inside(context& ctx, const request& req) {
  ctx.request_ = &req;
  ctx.rejection_.reset();  // a middleware may call next() again
  ctx.late_.reset();
  if (!answer_now(ctx)) {
    try {
      co_await start_handler(ctx);
      write_rejection(ctx);
    } catch (...) {
      if (!write_late_rejection(ctx)) write_failure(req, std::current_exception(), ctx.response_);
    }
  }
  co_return std::move(ctx.response_);
}

void dispatcher::find_route(context& ctx) const {
  const auto& req = ctx.request();
  const auto& all = linked();
  ctx.all_routes_ = &all;
  if (req.path() == "*") {  // OPTIONS alone has that target (RFC 9112 3.2.4)
    ctx.allowed_ = all.methods();
    return;
  }
  const auto path = normal_form(req.path(), ctx.normal_path_);
  ctx.bad_path_ = !path.has_value();
  if (ctx.bad_path_) return;
  const auto found = all.match(req.method(), req.host(), *path, ctx.values_);
  ctx.route_ = found.target;
  ctx.host_label_ = found.host_label;
  ctx.allowed_ = found.allowed;
  if (ctx.route_ == nullptr) ctx.other_form_ = all.other_form(req, *path);
}

// All that needs no coroutine. @return false where the route's handler is one
bool dispatcher::answer_now(context& ctx) {
  try {
    if (ctx.route_ == nullptr) {
      write_unrouted(ctx);
      return true;
    }
    const auto& target = ctx.route_->handler_;
    if (target.answer == nullptr) return false;
    target.answer(target.handler.get(), ctx);
    write_rejection(ctx);
  } catch (...) {
    write_failure(ctx.request(), std::current_exception(), ctx.response_);
  }
  return true;
}

task<void> dispatcher::start_handler(context& ctx) {
  const auto& target = ctx.route_->handler_;
  return target.run(target.handler.get(), ctx);
}

void dispatcher::write_rejection(context& ctx) {
  if (ctx.rejection_) write_problem(*ctx.rejection_, ctx.response_);
  else write_late_rejection(ctx);
}

bool dispatcher::write_late_rejection(context& ctx) {
  const problem* const late = ctx.late_ != nullptr ? ctx.late_->get() : nullptr;
  if (late != nullptr) write_problem(*late, ctx.response_);
  return late != nullptr;
}

void dispatcher::write_unrouted(context& ctx) {
  const auto method = ctx.request().method();
  auto& res = ctx.response_;
  if (ctx.bad_path_) {
    write_problem({http_status::bad_request, "The path has a '%' that begins no escape.", {}}, res);
  } else if (!ctx.other_form_.empty()) {
    write_location(ctx, http_status::permanent_redirect, ctx.other_form_);
  } else if (!ctx.allowed_.empty()) {
    if (method == http_method::options) res.set_status(http_status::no_content);
    else write_problem({http_status::method_not_allowed, {}, {}}, res);
    res.set_header("Allow", ctx.allowed_.to_string());
  } else if (is_common(method)) {
    write_problem({http_status::not_found, "There is no such resource.", {}}, res);
  } else {
    write_problem({http_status::not_implemented, {}, {}}, res);
  }
}

}  // namespace weft::detail

namespace weft {

task<response> next::operator()(const request& req) const {
  return detail::dispatcher::pass(*context_, layers_, req);
}

}  // namespace weft
