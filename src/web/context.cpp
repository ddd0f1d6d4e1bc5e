#include <weft/web/context.hpp>

#include "web/host_table.hpp"
#include "web/linked_routes.hpp"
#include "web/percent.hpp"

#include <weft/http/exchange.hpp>
#include <weft/web/local.hpp>
#include <weft/web/route.hpp>
#include <weft/web/state.hpp>

#include <boost/core/demangle.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace weft {

std::optional<endpoint> context::remote() const {
  const http::exchange* const connection = request_->exchange();
  return connection != nullptr ? std::optional(connection->remote()) : std::nullopt;
}

std::optional<std::string> context::parameter(std::string_view name) const {
  if (route_ == nullptr) return std::nullopt;
  const auto& names = route_->names_;
  const auto place = std::find(names.begin(), names.end(), name);
  if (place == names.end()) {
    const bool is_host_label =
        !host_label_.empty() && detail::parse_host(route_->host()).label == name;
    return is_host_label ? std::optional<std::string>(host_label_) : std::nullopt;
  }
  return detail::percent_decode(values_[static_cast<std::size_t>(place - names.begin())]);
}

std::string context::url_for(std::string_view name,
                             std::initializer_list<url_argument> arguments) const {
  return all_routes_->url_for(name, {arguments.begin(), arguments.end()});
}

std::string_view context::parameter_name(std::size_t n) const noexcept { return route_->names_[n]; }

problem& context::rejected(http_status status) {
  if (!rejection_) rejection_ = std::make_unique<problem>(problem{status, {}, {}});
  return *rejection_;
}

void context::reject(http_status status, std::string detail) {
  auto& failure = rejected(status);
  if (failure.detail.empty()) failure.detail = std::move(detail);
}

void context::reject(http_status status, field_error error) {
  auto& failure = rejected(status);
  if (failure.detail.empty()) failure.detail = "A part of the request is not as it must be.";
  failure.errors.push_back(std::move(error));
}

const std::shared_ptr<detail::late_rejection>& context::late_rejection() {
  if (late_ == nullptr) late_ = std::make_shared<detail::late_rejection>();
  return late_;
}

namespace detail {

void late_rejection::set(http_status status, std::string detail) {
  if (is_set_.load(std::memory_order_relaxed)) return;
  problem_.status = status;
  problem_.detail = std::move(detail);
  is_set_.store(true, std::memory_order_release);
}

void state_table::add(const std::type_info& type, std::shared_ptr<void> object) {
  if (find(type) != nullptr) {
    throw std::logic_error("weft: the app has a state of type " +
                           boost::core::demangle(type.name()) + " already");
  }
  entries_.push_back({&type, std::move(object)});
}

void state_table::put(const std::type_info& type, std::shared_ptr<void> object) {
  for (auto& [own_type, own] : entries_) {
    if (*own_type != type) continue;
    own = std::move(object);
    return;
  }
  entries_.push_back({&type, std::move(object)});
}

void* state_table::find(const std::type_info& type) const noexcept {
  for (const auto& [own_type, object] : entries_) {
    if (*own_type == type) return object.get();
  }
  return nullptr;
}

void throw_no_state(const std::type_info& type) {
  throw std::logic_error("a handler takes state<" + boost::core::demangle(type.name()) +
                         ">, which was not given to app::state()");
}

void throw_no_local(const std::type_info& type) {
  throw std::logic_error("a handler takes local<" + boost::core::demangle(type.name()) +
                         ">, which no middleware in front of it has put");
}

}  // namespace detail
}  // namespace weft
