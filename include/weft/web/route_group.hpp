#pragma once

#include <weft/web/route.hpp>

#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace weft {

class router;

/// Routes that share a prefix and middleware; an app is the group of all its routes.
///
/// Patterns begin with '/' (in a group one may also be empty: the prefix itself). `{name}` stands
/// for one segment, `{*rest}` at the end for all that follows, and neither for nothing. At each
/// place plain text goes before a parameter, and a parameter before a wildcard; the order of
/// registration does not matter. A trailing slash counts, unless app::trailing_slash() says
/// otherwise: "/items" and "/items/" are two paths.
/// HEAD is answered by GET, and OPTIONS by itself, unless they have handlers of their own.
///
/// A handler is a plain function or a coroutine whose parameters say what it needs of the request
/// (extractors by value, const request&, context&) and whose result is the answer. It belongs to
/// the app, captures included.
///
/// What cannot work (a pattern that breaks the rules, two routes for the same requests, a handler
/// with more path<...> than its pattern has parameters) is no error here: app::check() reports all
/// of it at once, with the places in the source.
/// Concurrent  only before the application serves
class route_group {
public:
  using location = std::source_location;

  route_group(const route_group&) = delete;
  route_group& operator=(const route_group&) = delete;

  template <class Handler>
  route& get(std::string_view pattern, Handler handler, location where = location::current()) {
    return handle(http_method::get, pattern, std::move(handler), where);
  }
  template <class Handler>
  route& post(std::string_view pattern, Handler handler, location where = location::current()) {
    return handle(http_method::post, pattern, std::move(handler), where);
  }
  template <class Handler>
  route& put(std::string_view pattern, Handler handler, location where = location::current()) {
    return handle(http_method::put, pattern, std::move(handler), where);
  }
  template <class Handler>
  route& patch(std::string_view pattern, Handler handler, location where = location::current()) {
    return handle(http_method::patch, pattern, std::move(handler), where);
  }
  template <class Handler>
  route& del(std::string_view pattern, Handler handler, location where = location::current()) {
    return handle(http_method::delete_, pattern, std::move(handler), where);
  }
  template <class Handler>
  route& handle(http_method method, std::string_view pattern, Handler handler,
                location where = location::current()) {
    return add(method, pattern, detail::bind_handler(std::move(handler)), where);
  }

  /// Puts a middleware around all routes of this group, also those registered before. Around an
  /// app it sees the 404s and 405s too.
  route_group& use(middleware layer);

  /// What the OpenAPI document says of all routes of this group, also those registered before.
  route_group& docs(route_docs text);

  /// A part of this group, which owns it. @param prefix  "/api", without a slash at its end
  route_group& group(std::string_view prefix, location where = location::current());

  /// Puts all routes of a router below a prefix, with the middleware of this group around the
  /// router's own. What is registered in the router later belongs to it, too. A router may be
  /// mounted several times, and may go before its mount does.
  /// @param prefix  as of a group, or empty
  /// @param names   stands in front of the names of its routes: "v1." makes "order" "v1.order"
  /// @example tests/unit/web/router_test.cpp:router
  route_group& mount(std::string_view prefix, const router& routes, std::string_view names = {},
                     location where = location::current());

  /// Of this group and all groups around it.
  const std::string& prefix() const noexcept;

protected:
  explicit route_group(std::shared_ptr<detail::group_content> content);
  ~route_group();

  detail::group_content& content() const noexcept { return *content_; }

private:
  route& add(http_method method, std::string_view pattern, detail::bound_handler handler,
             const location& where);

  std::shared_ptr<detail::group_content> content_;
};

}  // namespace weft
