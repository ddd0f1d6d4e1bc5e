#pragma once

#include <weft/base/clock.hpp>
#include <weft/http/handler.hpp>
#include <weft/http/limits.hpp>
#include <weft/runtime/io_kind.hpp>
#include <weft/runtime/model.hpp>
#include <weft/web/api_description.hpp>
#include <weft/web/client_address.hpp>
#include <weft/web/form_limits.hpp>
#include <weft/web/route_group.hpp>
#include <weft/web/slash_policy.hpp>
#include <weft/web/url_argument.hpp>

#include <chrono>
#include <concepts>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace weft {

/// How an app is served.
struct run_options {
  weft::model model = parallel{};
  /// All of them at once: "HOST:PORT", "[::1]:PORT", "unix:/run/app.sock", "fd:3", "inherited",
  /// "inherited:NAME" (parse_listen_address() says what they mean); port 0 takes a free one.
  std::vector<std::string> listen{"127.0.0.1:8080"};
  std::optional<unsigned> socket_mode{};  ///< of the files of Unix sockets; else the umask decides
  std::vector<std::string> allowed_hosts{};  ///< as server_options::allowed_hosts; empty: all hosts
  http_limits limits{};                      ///< of requests, connections and the server
  io_kind io = io_kind::automatic;
  /// A handler that holds its thread, the loop or the GIL, or a mutex that others wait for, for so
  /// long is named on standard error, with its route. duration::max(): nobody watches.
  duration stall_threshold = std::chrono::milliseconds(100);
  bool list_routes = false;  ///< print all routes and end, instead of serving
  /// Write the OpenAPI document to this file ("-": standard output) and end, instead of serving.
  std::string openapi_file{};
};

namespace detail {

struct owned_dispatcher {
  owned_dispatcher();
  ~owned_dispatcher();
  std::unique_ptr<dispatcher> dispatcher_;
};

}  // namespace detail

/// A web application: routes, middleware and shared state.
///
///     weft::app app;
///     app.get("/hello/{name}", [](weft::path<std::string> name) -> weft::task<std::string> {
///       co_return "Hello, " + *name;
///     });
///     return app.run(argc, argv);
///
/// Everything is registered first, then the app serves. Its order does not matter, but that of
/// middleware among themselves: first registered is outermost.
/// @example samples/hello/main.cpp
class app final : private detail::owned_dispatcher, public route_group, public http_handler {
public:
  app();
  ~app() override;

  /// Gives handlers one shared object, taken as state<T>.
  /// @throws std::logic_error  there is one of that type
  template <class T>
  void state(std::shared_ptr<T> object) {
    static_assert(!std::is_const_v<T>, "weft: hand over a T; handlers may ask for state<const T>");
    add_state(typeid(T), std::move(object));
  }
  template <std::move_constructible T>
  void state(T object) {
    state(std::make_shared<T>(std::move(object)));
  }

  /// Other bounds for forms than the defaults. @throws std::logic_error  they have been set before
  void limit_forms(const form_limits& limits) { state(limits); }
  /// Believes proxies about the addresses of their clients (client_address); nobody is believed
  /// without it. @throws std::invalid_argument as trusted_proxies; std::logic_error as above
  void trust_proxies(const std::vector<std::string>& ranges,
                     proxy_header header = proxy_header::x_forwarded_for) {
    state(trusted_proxies(ranges, header));
  }

  /// The routes of one host: "api.example.com", or "{tenant}.example.com" for all names with one
  /// label more ("*.example.com" where nobody asks for it). They go before those of every host,
  /// which answer what they do not. Case and ports do not count.
  /// @return the same group for the same host
  route_group& host(std::string_view pattern, location where = location::current());

  /// What the app thinks of a slash at the end of a path. Default: strict.
  void trailing_slash(slash_policy policy);

  /// The path of the route of that name, with its parameters percent-encoded:
  /// `app.url_for("order", {{"id", 7}})` is "/orders/7". It always leads to that very route's
  /// pattern, and never to another host.
  /// @throws std::invalid_argument  there is no such route, an argument is missing or none of the
  ///                                pattern's, or its value cannot stand in a path: it is empty,
  ///                                "." or "..", or a wildcard's begins with '/'
  std::string url_for(std::string_view name,
                      std::initializer_list<url_argument> arguments = {}) const;

  /// What the OpenAPI document says of the API as a whole.
  /// @throws std::logic_error  it has been said before
  void describe_api(api_description about) { state(std::move(about)); }
  /// The OpenAPI 3.1 document of all routes: the same text for the same routes.
  /// @param host  the routes that a request to that host reaches; empty: all. Of routes for the
  ///              same requests of several hosts, the first in routes() is in it.
  /// @throws std::logic_error  an example is no JSON, or route_docs::security names no scheme
  std::string openapi(std::string_view host = {}, json_style style = json_style::compact) const;
  /// Serves the document, and a page that shows it and can send requests. Nothing is published
  /// unless this is called. check() then makes the document once, so that its mistakes are seen at
  /// the start. A request is shown the routes of its own host alone.
  /// @return the group of the two routes, for middleware: who may see them
  route_group& serve_openapi(const openapi_places& at = {}, location where = location::current());

  /// All routes, those of one path in the order in which they are tried.
  /// @return valid until something is registered
  std::vector<const route*> routes() const;

  /// Serves as the command line says (--help lists the options), until SIGINT or SIGTERM.
  /// @param defaults  what the command line does not say, limits above all
  /// @return the exit code: 0, 1 where serving failed, 2 for a command line that makes no sense
  int run(int argc, const char* const* argv, const run_options& defaults = {});
  /// As above. One line on standard error explains what is wrong.
  int run(const run_options& options);

  using route_group::handle;
  /// What the route that matches says: whether its handler takes a body_stream, and its limit.
  body_plan plan_body(const request& head) override;
  /// Whether the route that matches is a route::never_shed().
  bool is_never_shed(const request& head) override;
  /// Answers one request, without a socket. Routes that need a state that nobody registered answer
  /// 500, where run() would not have started.
  task<void> handle(const request& req, response& res) override;

  /// Refuses what cannot work. run() calls it.
  /// @throws std::logic_error  names everything that is wrong with the routes, with its places: two
  ///                           for the same requests or of the same name, broken patterns,
  ///                           prefixes and hosts, handlers with more path<...> than parameters;
  ///                           or a state<T> that nobody registered
  void check() const;

private:
  void add_state(const std::type_info& type, std::shared_ptr<void> object);
};

}  // namespace weft
