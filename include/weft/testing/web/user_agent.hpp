#pragma once

#include <weft/http/client_request.hpp>
#include <weft/runtime/task.hpp>
#include <weft/testing/web/app_answer.hpp>
#include <weft/testing/web/app_stream.hpp>
#include <weft/testing/web/cookie_jar.hpp>
#include <weft/testing/web/json_request.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace weft::testing {

namespace detail {
class transport;

template <class T>
concept json_body = json_writable<T> && !std::convertible_to<const T&, std::string_view>;

}  // namespace detail

/// Who asks an app: keeps cookies as a browser does, and sends what its requests have in common.
///
///     client.run([&](user_agent& alice) -> weft::task<> {
///       const auto page = co_await alice.get("/inbox");
///       ...
///     });
///
/// Requests name a path of the base URL ("/todos?page=2") or a whole URL, of any host: all go to
/// the one app, which sees the Host. A target reaches the app in process as it stands.
///
/// Completes   when the answer is there as a whole, with open() when its head is
/// Cancel      the client goes: in process the handler is cancelled, over a socket the connection
///             is closed
/// Concurrent  every call, from any task; what all requests have in common is set before. Requests
///             that are under way may outlive it
/// @throws     std::system_error where there is no whole answer: condition::bad_input for a URL
///             that is none or an answer that is cut short, condition::canceled, over a socket what
///             http::client says; std::invalid_argument for a target that is neither path nor URL;
///             what a request's outgoing_body throws
/// @example tests/docs/testing_guide_test.cpp:together
class user_agent {
public:
  /// For app_client.
  explicit user_agent(std::shared_ptr<detail::transport> over);
  user_agent(user_agent&&) noexcept;
  user_agent& operator=(user_agent&&) noexcept;
  ~user_agent();

  task<app_answer> get(std::string target);
  task<app_answer> post(std::string target, std::string body, std::string content_type);
  /// Sends a value as JSON.
  template <detail::json_body T>
  task<app_answer> post(std::string target, const T& value) {
    return send(json_request("POST", std::move(target), value));
  }
  /// Sends any request; its URL may be a path.
  task<app_answer> send(http::client_request request);
  /// As send(), to read the answer piece by piece.
  task<app_stream> open(http::client_request request);

  cookie_jar& cookies() noexcept;
  /// From here on no cookie is kept and none is sent.
  void keep_no_cookies();
  /// A header of every request that has none of that name.
  /// @throws as http::client_request::set_header()
  void set_default_header(std::string_view name, std::string_view value);
  void remove_default_header(std::string_view name);
  /// What paths are put behind: "http://api.example.com", or with a path of its own. At first
  /// "http://localhost".
  void set_base_url(std::string url);
  /// Goes where answers redirect to, by the rules of http::follow_redirect(). At first redirecting
  /// answers come back as they are.
  /// @param most  past it condition::limit_exceeded
  void follow_redirects(std::size_t most = 10);

private:
  class state;
  std::shared_ptr<state> state_;
};

}  // namespace weft::testing
