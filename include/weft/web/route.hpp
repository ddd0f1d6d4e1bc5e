#pragma once

#include <weft/base/clock.hpp>
#include <weft/http/method.hpp>
#include <weft/web/bound_handler.hpp>
#include <weft/web/middleware.hpp>
#include <weft/web/route_docs.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

class route_group;

namespace detail {
class api_document;
struct group_content;
class route_linker;
}  // namespace detail

/// A registered handler, as app::get() and its like return it.
class route {
public:
  /// Puts a middleware around this handler alone, inside of those of its groups.
  /// Concurrent  only before the application serves
  route& use(middleware layer);

  /// How many bytes of a body this route takes, instead of http_limits::max_body_bytes.
  /// Concurrent  only before the application serves
  route& limit_body(std::uint64_t bytes);
  /// How long the handler may take until it has made its answer, its middleware included, instead
  /// of http_limits::handler_timeout. The time in which it waits for pieces of the body does not
  /// count, nor that of a stream. Past it the task is cancelled, and the answer is a 503.
  /// Concurrent  only before the application serves
  route& limit_time(duration limit);
  /// Has it answered however much the server has to do: for a look at its health. It neither is
  /// shed by http_limits::max_queue_delay and max_requests_in_flight nor counts for the latter.
  /// Concurrent  only before the application serves
  route& never_shed();
  /// The name by which url_for() finds the route; app::check() refuses one that is there twice.
  /// Concurrent  only before the application serves
  route& name(std::string text);
  /// What the OpenAPI document says beyond what the handler's signature tells.
  /// Concurrent  only before the application serves
  route& docs(route_docs text);

  http_method method() const noexcept { return method_; }
  /// As it was registered, with the prefixes of its groups: "/api/items/{id}". What get() returned
  /// knows nothing of the places where its router is mounted; app::routes() and context::route()
  /// do.
  const std::string& pattern() const noexcept { return pattern_; }
  /// Empty where it has none.
  const std::string& name() const noexcept { return name_; }
  /// As app::host() was given it; empty for the routes of every host.
  const std::string& host() const noexcept { return host_; }
  /// Where it was registered.
  const std::source_location& where() const noexcept { return where_; }
  /// How many middleware a request passes on its way; of a route of app::routes().
  std::size_t middleware_count() const noexcept { return layers_.size(); }

private:
  friend class detail::api_document;
  friend class detail::dispatcher;
  friend class detail::route_linker;
  friend class context;
  friend class route_group;

  route() = default;
  void changed() const;

  http_method method_ = http_method::other;
  std::string pattern_;
  std::string name_;
  std::string host_;
  std::vector<std::string> names_;  // of the parameters
  detail::bound_handler handler_;
  std::optional<std::uint64_t> max_body_bytes_;
  std::optional<duration> time_limit_;
  bool is_never_shed_ = false;
  detail::group_content* group_ = nullptr;
  std::vector<middleware> own_;
  std::vector<middleware> layers_;  // of the groups, outermost first, then own_
  std::source_location where_;
  std::shared_ptr<const route_docs> docs_;  // with those of the groups; null where there are none
};

}  // namespace weft
