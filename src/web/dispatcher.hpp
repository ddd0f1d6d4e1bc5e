#pragma once

#include "web/group_content.hpp"
#include "web/linked_routes.hpp"

#include <weft/http/handler.hpp>
#include <weft/web/api_description.hpp>
#include <weft/web/context.hpp>
#include <weft/web/middleware.hpp>
#include <weft/web/slash_policy.hpp>

#include <memory>
#include <span>

namespace weft::detail {

/// The registered parts of an application, and the way of a request through them.
///
/// What was registered is linked when it is first looked at, by check() before an app serves; after
/// that it is only read. What a request needs is in its context, so requests meet nowhere here.
class dispatcher {
public:
  dispatcher();
  ~dispatcher();

  /// What the app consists of. Its middleware is around what has no route, too.
  const std::shared_ptr<group_content>& content() const noexcept { return content_; }
  void set_slashes(slash_policy policy);

  /// All routes. Links them where something was registered since.
  const linked_routes& linked() const {
    if (!fresh_->load(std::memory_order_acquire)) link();
    return *linked_;
  }
  /// @throws std::logic_error as app::check()
  void check() const;

  state_table& states() noexcept { return states_; }

  /// What app::describe_api() was given, or the defaults.
  const api_description& about() const noexcept;
  bool serves_documents = false;  ///< then check() makes them

  body_plan plan_body(const request& head) const;
  bool is_never_shed(const request& head) const;

  task<void> dispatch(const request& req, response& res) const;
  /// Through the layers to the handler. What is thrown on the way becomes an answer.
  static task<response> pass(context& ctx, std::span<const middleware> layers, const request& req);

private:
  void link() const;
  void check_states() const;

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

  std::shared_ptr<group_content> content_;
  slash_policy slashes_ = slash_policy::strict;
  std::shared_ptr<freshness> fresh_;  // pairs with the release in link()
  mutable std::unique_ptr<const linked_routes> linked_;
  state_table states_;
};

}  // namespace weft::detail
