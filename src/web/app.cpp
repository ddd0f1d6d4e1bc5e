#include <weft/web/app.hpp>

#include "web/dispatcher.hpp"

namespace weft {

detail::owned_dispatcher::owned_dispatcher() : routes(std::make_unique<dispatcher>()) {}
detail::owned_dispatcher::~owned_dispatcher() = default;

app::app() : route_group(*owned_dispatcher::routes, nullptr, {}) {}
app::~app() = default;

void app::add_state(const std::type_info& type, std::shared_ptr<void> object) {
  routes->states().add(type, std::move(object));
}

void app::check() const { routes->check_states(); }

body_plan app::plan_body(const request& head) { return routes->plan_body(head); }

bool app::is_never_shed(const request& head) { return routes->is_never_shed(head); }

task<void> app::handle(const request& req, response& res) {
  return routes->dispatch(*this, req, res);
}

}  // namespace weft
