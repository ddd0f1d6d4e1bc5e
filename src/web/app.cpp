#include <weft/web/app.hpp>

#include "web/dispatcher.hpp"
#include "web/json/indent.hpp"
#include "web/openapi/document.hpp"
#include "web/openapi/served_documents.hpp"

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

std::vector<const route*> app::routes() const { return dispatcher_->linked().in_order(); }

std::string app::openapi(std::string_view host, json_style style) const {
  auto shown = routes();
  if (!host.empty()) shown = detail::reached_by(host, shown);
  const auto text = detail::openapi_text(shown, dispatcher_->about());
  if (style == json_style::compact) return text;
  byte_buffer out;
  detail::indent_json(out, text);
  return std::string(out.view());
}

void app::check() const { dispatcher_->check(); }

body_plan app::plan_body(const request& head) { return dispatcher_->plan_body(head); }

bool app::is_never_shed(const request& head) { return dispatcher_->is_never_shed(head); }

task<void> app::handle(const request& req, response& res) {
  return dispatcher_->dispatch(req, res);
}

}  // namespace weft
