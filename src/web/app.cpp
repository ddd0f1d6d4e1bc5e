#include <weft/web/app.hpp>

#include "web/dispatcher.hpp"
#include "web/route_table.hpp"

#include <stdexcept>

namespace weft {

detail::owned_dispatcher::owned_dispatcher() : dispatcher_(std::make_unique<dispatcher>()) {}
detail::owned_dispatcher::~owned_dispatcher() = default;

app::app() : route_group(dispatcher_->content()) {}
app::~app() = default;

void app::add_state(const std::type_info& type, std::shared_ptr<void> object) {
  dispatcher_->states().add(type, std::move(object));
}

route_group& app::host(std::string_view pattern, location where) {
  auto inner = std::make_shared<detail::group_content>();
  inner->host = pattern;
  inner->where = where;
  try {
    detail::parse_host(pattern);
  } catch (const std::logic_error& wrong) {
    inner->wrong = wrong.what();
  }
  return content().add_group(std::move(inner));
}

void app::trailing_slash(slash_policy policy) { dispatcher_->set_slashes(policy); }

std::string app::url_for(std::string_view name,
                         std::initializer_list<url_argument> arguments) const {
  return dispatcher_->linked().url_for(name, {arguments.begin(), arguments.end()});
}

std::vector<const route*> app::routes() const {
  return detail::in_matching_order(dispatcher_->linked().routes());
}

void app::check() const { dispatcher_->check(); }

body_plan app::plan_body(const request& head) { return dispatcher_->plan_body(head); }

bool app::is_never_shed(const request& head) { return dispatcher_->is_never_shed(head); }

task<void> app::handle(const request& req, response& res) {
  return dispatcher_->dispatch(req, res);
}

}  // namespace weft
