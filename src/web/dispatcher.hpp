#pragma once

#include "web/router.hpp"

#include <weft/http/handler.hpp>
#include <weft/web/context.hpp>
#include <weft/web/middleware.hpp>
#include <weft/web/route_group.hpp>

#include <deque>
#include <memory>
#include <source_location>
#include <span>
#include <string_view>
#include <vector>

namespace weft::detail {

/// The registered parts of an application, and the way of a request through them.
///
/// Registration changes it on one thread; after that it is only read. What a request needs is in
/// its context, so requests meet nowhere here.
class dispatcher {
public:
  dispatcher();
  ~dispatcher();

  route& add(const route_group& group, http_method method, std::string_view pattern,
             bound_handler target, const std::source_location& where);
  route_group& add_group(const route_group& parent, std::string_view prefix);
  /// Rebuilds the middleware lists of all routes: a group may get one after its routes.
  void relink();

  state_table& states() noexcept { return states_; }
  void check_states() const;

  /// Some route takes bodies in a way of its own, so plan_body() has to look for it.
  void plan_bodies() noexcept { plans_bodies_ = true; }
  body_plan plan_body(const request& head) const;
  /// Some route is never shed, so is_never_shed() has to look for it.
  void has_unshed_routes() noexcept { has_unshed_routes_ = true; }
  bool is_never_shed(const request& head) const;

  /// @param app  the outermost group: its middleware is around what has no route, too
  task<void> dispatch(const route_group& app, const request& req, response& res) const;
  /// Through the layers to the handler. What is thrown on the way becomes an answer.
  static task<response> pass(context& ctx, std::span<const middleware> layers, const request& req);

private:
  struct child_group;

  static void link(route& r);
  static void add_layers_of(const route_group& group, std::vector<middleware>& out);

  void find_route(context& ctx) const;
  static task<response> pass_one(context& ctx, std::span<const middleware> layers,
                                 const request& req);
  static task<response> answer_inside(context& ctx, const request& req);
  static bool answer_now(context& ctx);
  static task<void> start_handler(context& ctx);
  static void write_rejection(context& ctx);
  /// @return whether there was one
  static bool write_late_rejection(context& ctx);
  static void write_unrouted(context& ctx);

  router router_;
  std::deque<route> routes_;  // deque and pointers: users hold references to routes and groups
  std::vector<std::unique_ptr<child_group>> groups_;
  state_table states_;
  bool plans_bodies_ = false;
  bool has_unshed_routes_ = false;
};

}  // namespace weft::detail
