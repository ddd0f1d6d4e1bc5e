#include "web/dispatcher.hpp"

#include "web/failure.hpp"

#include <weft/http/exchange.hpp>
#include <weft/web/state.hpp>

#include <boost/core/demangle.hpp>

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

struct dispatcher::child_group final : route_group {
  child_group(dispatcher& routes, const route_group& parent, std::string prefix)
      : route_group(routes, &parent, std::move(prefix)) {}
};

dispatcher::dispatcher() = default;
dispatcher::~dispatcher() = default;

route& dispatcher::add(const route_group& group, http_method method, std::string_view pattern,
                       bound_handler target, const std::source_location& where) {
  auto parsed = parse_pattern(group.prefix() + std::string(pattern));
  if (target.path_arguments > parsed.names.size()) {
    throw std::logic_error("weft: the handler of " + std::string(to_string(method)) + ' ' +
                           parsed.text + " takes " + std::to_string(target.path_arguments) +
                           " path<...> parameters, but the pattern has " +
                           std::to_string(parsed.names.size()) + " (" + place_of(where) + ")");
  }
  route added;
  added.method_ = method;
  added.pattern_ = parsed.text;
  added.names_ = parsed.names;
  plans_bodies_ = plans_bodies_ || target.streams_body;
  added.handler_ = std::move(target);
  added.group_ = &group;
  added.owner_ = this;
  added.where_ = where;
  if (const auto other = router_.add(method, parsed, static_cast<std::uint32_t>(routes_.size()))) {
    const auto& first = routes_[*other];
    throw std::logic_error("weft: " + name_of(added) + " (" + place_of(where) +
                           ") answers the same requests as " + name_of(first) + " (" +
                           place_of(first.where_) + ")");
  }
  auto& stored = routes_.emplace_back(std::move(added));
  link(stored);
  return stored;
}

route_group& dispatcher::add_group(const route_group& parent, std::string_view prefix) {
  if (!prefix.starts_with('/') || prefix.ends_with('/')) {
    throw std::logic_error("weft: the group prefix \"" + std::string(prefix) +
                           "\" must begin with '/' and must not end with one");
  }
  auto full = parent.prefix() + std::string(prefix);
  parse_pattern(full);
  return *groups_.emplace_back(std::make_unique<child_group>(*this, parent, std::move(full)));
}

void dispatcher::link(route& r) {
  r.layers_.clear();
  add_layers_of(*r.group_, r.layers_);
  r.layers_.insert(r.layers_.end(), r.own_.begin(), r.own_.end());
}

void dispatcher::add_layers_of(const route_group& group, std::vector<middleware>& out) {
  if (group.parent_ != nullptr) add_layers_of(*group.parent_, out);
  out.insert(out.end(), group.layers_.begin(), group.layers_.end());
}

void dispatcher::relink() {
  for (auto& r : routes_) link(r);
}

void dispatcher::check_states() const {
  for (const auto& r : routes_) {
    for (const auto* type : r.handler_.states) {
      if (states_.find(*type) != nullptr) continue;
      throw std::logic_error("weft: the handler of " + name_of(r) + " takes state<" +
                             boost::core::demangle(type->name()) +
                             ">, which was not given to app::state() (" + place_of(r.where_) + ")");
    }
  }
}

body_plan dispatcher::plan_body(const request& head) const {
  if (!plans_bodies_) return {};
  response none;
  context ctx(states_, head, none);
  find_route(ctx);
  if (ctx.route_ == nullptr) return {};
  return {ctx.route_->handler_.streams_body, ctx.route_->max_body_bytes_};
}

bool dispatcher::is_never_shed(const request& head) const {
  if (!has_unshed_routes_) return false;
  response none;
  context ctx(states_, head, none);
  find_route(ctx);
  return ctx.route_ != nullptr && ctx.route_->is_never_shed_;
}

// A route without middleware writes into the leased response and costs no further frame.
task<void> dispatcher::dispatch(const route_group& app, const request& req, response& res) const {
  context ctx(states_, req, res);
  find_route(ctx);
  if (ctx.route_ != nullptr && req.exchange() != nullptr) {
    req.exchange()->note_route(ctx.route_->pattern_);
    if (ctx.route_->is_never_shed_) req.exchange()->leave_count();
    if (ctx.route_->time_limit_) req.exchange()->limit_time(*ctx.route_->time_limit_);
  }
  const auto& layers = ctx.route_ != nullptr ? ctx.route_->layers_ : app.layers_;
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
  if (req.path() == "*") {  // OPTIONS alone has that target (RFC 9112 3.2.4)
    ctx.allowed_ = router_.methods();
    return;
  }
  const auto path = normal_form(req.path(), ctx.normal_path_);
  ctx.bad_path_ = !path.has_value();
  if (ctx.bad_path_) return;
  const auto found = router_.match(req.method(), *path, ctx.values_);
  if (found.target != router::none) ctx.route_ = &routes_[found.target];
  else ctx.allowed_ = found.allowed;
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
