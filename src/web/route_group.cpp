#include <weft/web/route_group.hpp>

#include "web/dispatcher.hpp"

namespace weft {

route& route::use(middleware layer) {
  own_.push_back(std::move(layer));
  owner_->relink();
  return *this;
}

route& route::limit_body(std::uint64_t bytes) {
  max_body_bytes_ = bytes;
  owner_->plan_bodies();
  return *this;
}

route& route::limit_time(duration limit) {
  time_limit_ = limit;
  return *this;
}

route& route::never_shed() {
  is_never_shed_ = true;
  owner_->has_unshed_routes();
  return *this;
}

route_group::route_group(detail::dispatcher& routes, const route_group* parent, std::string prefix)
    : routes_(routes), parent_(parent), prefix_(std::move(prefix)) {}

route_group& route_group::use(middleware layer) {
  layers_.push_back(std::move(layer));
  routes_.relink();
  return *this;
}

route_group& route_group::group(std::string_view prefix) {
  return routes_.add_group(*this, prefix);
}

route& route_group::add(http_method method, std::string_view pattern, detail::bound_handler handler,
                        const location& where) {
  return routes_.add(*this, method, pattern, std::move(handler), where);
}

}  // namespace weft
