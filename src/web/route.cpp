#include <weft/web/route.hpp>

#include "web/group_content.hpp"

namespace weft {

void route::changed() const { group_->changed(); }

route& route::use(middleware layer) {
  own_.push_back(std::move(layer));
  changed();
  return *this;
}

route& route::limit_body(std::uint64_t bytes) {
  max_body_bytes_ = bytes;
  changed();
  return *this;
}

route& route::limit_time(duration limit) {
  time_limit_ = limit;
  changed();
  return *this;
}

route& route::never_shed() {
  is_never_shed_ = true;
  changed();
  return *this;
}

route& route::docs(route_docs text) {
  docs_ = std::make_shared<const route_docs>(std::move(text));
  changed();
  return *this;
}

route& route::name(std::string text) {
  name_ = std::move(text);
  changed();
  return *this;
}

}  // namespace weft
