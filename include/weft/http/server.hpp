#pragma once

#include <weft/base/error.hpp>
#include <weft/http/handler.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/metrics.hpp>
#include <weft/net/endpoint.hpp>
#include <weft/net/listen_address.hpp>
#include <weft/runtime/task.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weft {

struct server_options {
  /// At least one. Port 0 takes a free one.
  std::vector<listen_address> listen{endpoint{"127.0.0.1", 8080}};
  /// Of the files of Unix sockets, as listen_options::file_mode.
  std::optional<unsigned> socket_mode{};
  /// The hosts that requests may be for, whatever their port: "example.org", "*.example.org" for
  /// all names below it, "127.0.0.1", "[::1]". Case, the dot of the root and the spelling of an
  /// IPv6 address make no difference. Any other host, and none in HTTP/1.0, is answered 421.
  /// Empty: all hosts are served.
  std::vector<std::string> allowed_hosts{};
  http_limits limits{};
};

/// Serves HTTP/1.1 on one or more addresses, each connection in a task of its own.
///
///     http_server server(handler, options);
///     if (auto opened = server.open(); !opened) ...
///     co_await server.serve();
class http_server {
public:
  /// @param handler  must outlive the server
  /// @throws std::invalid_argument for an allowed_hosts entry that is none, and without an address
  http_server(http_handler& handler, const server_options& options);
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  /// Opens the listening sockets: from here on connections queue up. Needs a running task.
  /// @errors as tcp_listener::open(), for the first address that cannot be had; addresses() has
  ///         those before it. std::errc::address_in_use also for a descriptor that is given twice
  result<void> open();
  /// The addresses that open() got, in the order of the options.
  std::vector<endpoint> addresses() const;
  /// The first of them; an empty endpoint before open().
  endpoint local() const;

  /// Serves until stop(), and returns when no connection is left.
  /// Cancel  as stop(), without waiting for requests that are under way
  /// @throws what kept it from beginning, std::bad_alloc for one; all is closed then
  task<> serve();

  /// Takes the connections that the system has completed, and no further ones; lets idle ones begin
  /// a request for http_limits::idle_grace, and the others finish what they answer, with
  /// "Connection: close". Any thread; more than once does nothing.
  ///
  /// A TCP connection that the system completes in the moment in which the listening socket closes,
  /// or for which there is no room, is reset, unread. Before serve() it only closes the sockets.
  void stop() noexcept;

  /// Says that stop() is coming: is_stopping() from here on, and all else as before, so that a load
  /// balancer that looks at a health page has time to send nothing more. Any thread.
  void announce_stop() noexcept;
  /// Since announce_stop() or stop(). Any thread.
  bool is_stopping() const noexcept;

  std::size_t connections() const noexcept;
  /// What the task of that number answers at present: for who is told of a stall.
  ///
  ///     options.report = [&](const stall_report& r) { log(server.work_of(r.task), r.text()); };
  /// @param task  as in stall_report
  /// @return  method and route, or path: "GET /items/{id}"; empty where it answers nothing
  std::string work_of(std::uint32_t task) const;
  /// What it has done so far. Any thread.
  /// Cost  a lock that beginning and ending connections take too, and a look at each connection
  http_metrics metrics() const;

private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace weft
