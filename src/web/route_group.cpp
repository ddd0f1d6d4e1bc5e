#include <weft/web/route_group.hpp>

#include "web/group_content.hpp"
#include "web/route_pattern.hpp"

#include <weft/web/router.hpp>

#include <algorithm>

namespace weft {
namespace detail {

group_content::group_content() = default;
group_content::~group_content() = default;

route_group& group_content::add_group(std::shared_ptr<group_content> content) {
  auto& added = *groups.emplace_back(std::make_unique<child>(std::move(content)));
  changed();
  return added;
}

bool group_content::holds(const group_content& other) const {
  return this == &other ||
         std::any_of(groups.begin(), groups.end(),
                     [&](const auto& inner) { return inner->content().holds(other); }) ||
         std::any_of(mounts.begin(), mounts.end(), [&](const auto& mounted) {
           return mounted.content != nullptr && mounted.content->holds(other);
         });
}

void group_content::watch(const std::shared_ptr<freshness>& watcher) {
  std::erase_if(watchers, [&](const auto& known) {
    const auto alive = known.lock();
    return alive == nullptr || alive == watcher;
  });
  watchers.push_back(watcher);
}

void group_content::changed() {
  for (const auto& watcher : watchers) {
    if (const auto alive = watcher.lock()) alive->store(false, std::memory_order_release);
  }
}

}  // namespace detail

route_group::route_group(std::shared_ptr<detail::group_content> content)
    : content_(std::move(content)) {}
route_group::~route_group() = default;

const std::string& route_group::prefix() const noexcept { return content_->prefix; }

route_group& route_group::use(middleware layer) {
  content_->layers.push_back(std::move(layer));
  content_->changed();
  return *this;
}

route_group& route_group::docs(route_docs text) {
  content_->docs = std::make_shared<const route_docs>(std::move(text));
  content_->changed();
  return *this;
}

route_group& route_group::group(std::string_view prefix, location where) {
  auto inner = std::make_shared<detail::group_content>();
  inner->prefix = content_->prefix + std::string(prefix);
  inner->host = content_->host;
  inner->wrong = detail::prefix_fault(prefix);
  inner->where = where;
  return content_->add_group(std::move(inner));
}

route_group& route_group::mount(std::string_view prefix, const router& routes,
                                std::string_view names, location where) {
  const bool is_cycle = routes.content_->holds(*content_);
  content_->mounts.push_back(
      {std::string(prefix), std::string(names), is_cycle ? nullptr : routes.content_, where});
  content_->changed();
  return *this;
}

route& route_group::add(http_method method, std::string_view pattern, detail::bound_handler handler,
                        const location& where) {
  route added;
  added.method_ = method;
  added.pattern_ = content_->prefix + std::string(pattern);
  added.host_ = content_->host;
  added.handler_ = std::move(handler);
  added.group_ = content_.get();
  added.where_ = where;
  content_->changed();
  return content_->routes.emplace_back(std::move(added));
}

router::router() : route_group(std::make_shared<detail::group_content>()) {}

}  // namespace weft
