#pragma once

#include <weft/web/route.hpp>

#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

/// Routes that share a prefix and middleware; an app is the group of all its routes.
///
/// Patterns begin with '/' (in a group one may also be empty: the prefix itself). `{name}` stands
/// for one segment, `{*rest}` at the end for all that follows, and neither for nothing. At each
/// place plain text goes before a parameter, and a parameter before a wildcard; the order of
/// registration does not matter. A trailing slash counts: "/items" and "/items/" are two paths.
/// HEAD is answered by GET, and OPTIONS by itself, unless they have handlers of their own.
///
/// A handler is a plain function or a coroutine whose parameters say what it needs of the request
/// (extractors by value, const request&, context&) and whose result is the answer. It belongs to
/// the app, captures included.
/// @throws std::logic_error  a pattern breaks the rules, two routes answer the same requests, or
///                           the handler takes more path<...> than the pattern has parameters
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

  /// A part of this group, which owns it. @param prefix  "/api", without a slash at its end
  route_group& group(std::string_view prefix);

  /// Of this group and all groups around it.
  const std::string& prefix() const noexcept { return prefix_; }

protected:
  route_group(detail::dispatcher& routes, const route_group* parent, std::string prefix);
  ~route_group() = default;

private:
  friend class detail::dispatcher;

  route& add(http_method method, std::string_view pattern, detail::bound_handler handler,
             const location& where);

  detail::dispatcher& routes_;
  const route_group* parent_;
  std::string prefix_;
  std::vector<middleware> layers_;
};

}  // namespace weft
