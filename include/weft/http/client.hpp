#pragma once

#include <weft/base/clock.hpp>
#include <weft/base/error.hpp>
#include <weft/http/answer.hpp>
#include <weft/http/client_request.hpp>
#include <weft/net/endpoint.hpp>
#include <weft/runtime/task.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weft::http {

/// How a client behaves. Every value counts as it stands: 0 allows nothing; a time that never ends
/// is duration::max().
struct client_options {
  // The pool. A request that finds no free place waits for one.
  std::size_t max_connections_per_host = 32;
  std::size_t max_connections = 256;
  /// How long an unused connection is kept: less than servers keep theirs, so that few requests
  /// meet one that the server is about to close.
  duration idle_timeout = std::chrono::seconds{10};

  // Time. The answer to a request that takes longer is condition::timed_out.
  duration connect_timeout = std::chrono::seconds{10};  ///< for a place, the name, the connection
  duration head_timeout = std::chrono::seconds{30};     ///< from the sent request to a whole head
  duration body_timeout = std::chrono::seconds{30};     ///< without any progress of a body
  duration total_timeout = duration::max();             ///< for all of it, redirects too
  duration continue_timeout =
      std::chrono::seconds{1};  ///< then the body is sent without being told

  /// Past it condition::limit_exceeded. With 0 the answers that redirect come back as they are.
  std::size_t max_redirects = 10;

  // Answers. Past a limit: condition::limit_exceeded.
  std::size_t max_header_bytes = 64 * 1024;
  std::size_t max_header_count = 200;
  std::uint64_t max_body_bytes = 64 * 1024 * 1024;  ///< of a whole answer; a stream has no bound

  /// Where all connections go instead of to the hosts of the URLs, as a Unix socket. The requests
  /// stay as they are.
  std::optional<endpoint> connect_to{};
  /// Where all requests go, in absolute-form, instead of to their hosts. Not with connect_to.
  std::optional<endpoint> proxy{};
  std::string proxy_authorization{};  ///< "Basic ..."; sent to the proxy with each request
};

/// What a client's pool has done so far, and what it holds now.
struct client_counts {
  std::uint64_t made = 0;    ///< connections
  std::uint64_t reused = 0;  ///< requests that got a connection from the pool
  std::size_t open = 0;      ///< connections, with those in use
  std::size_t idle = 0;
};

/// Sends HTTP/1.1 requests, on connections that it keeps for the next ones.
///
///     weft::http::client client;
///     auto answer = co_await client.get("http://127.0.0.1:8080/json");
///     if (!answer) co_return answer.error();
///     use(answer->status(), answer->header("Content-Type"), answer->body());
///
/// One client serves all tasks of a program. Under `sharded` and `threads` a connection is reused
/// where it was made, since its socket waits there. Redirects are followed with the rules of
/// RFC 9110 15.4; credentials stay at their origin. A request that fails on a kept connection
/// before any byte of an answer is sent once more on a new one, if its method is idempotent and its
/// body was not streamed: servers close kept connections at any time.
///
/// Completes   when the answer is there as a whole, with open() when its head is
/// Cancel      closes the connection; whether the server has seen the request is not known
/// Concurrent  every call, from any task; the client must go before the scheduler does, answers may
///             outlive the client
/// Cost        beside the answer's text: a few frames from the thread's pool, a timer for each
/// phase
/// @errors     condition::bad_input for a URL that is none, and for an answer that follows no
///             grammar or is cut short (the code's message names the rule that it breaks);
///             condition::refused where nobody listens; condition::timed_out;
///             condition::limit_exceeded; condition::canceled; condition::eof where the server
///             closes before it answers; std::errc::protocol_not_supported for another scheme than
///             http; the system's code for a broken connection
/// @throws     what a request's outgoing_body throws, and std::invalid_argument for its trailers
/// @example tests/docs/client_guide_test.cpp:first
class client {
public:
  /// @throws std::invalid_argument for control bytes in proxy_authorization, and for a proxy
  ///         beside connect_to
  explicit client(client_options options = {});
  client(client&&) noexcept;
  client& operator=(client&&) noexcept;
  ~client();

  task<result<answer>> get(std::string url);
  task<result<answer>> post(std::string url, std::string body, std::string content_type);

  /// Sends any request and collects the answer.
  task<result<answer>> send(client_request request);
  /// Sends any request, and returns when the head of the answer is there.
  ///
  /// A body of more than 64 KiB, or a streamed one, may still be on its way then: it goes on while
  /// the answer is read, and is ended by an answer that is no success (RFC 9112 9.5), by the end of
  /// one that closes the connection, and with the answer_stream. At the end of any other the reader
  /// waits until all is sent. A body that fails is an error of open(), or of read().
  task<result<answer_stream>> open(client_request request);

  /// Asks the server to go on in another protocol, and returns when the head of its answer is
  /// there. Where has_switched() says so, take_stream() is the connection (RFC 9110 7.8); every
  /// other answer is one, of a server that would not.
  /// @param request   without a body; with what headers the protocol wants
  /// @param protocol  "websocket"
  /// @throws std::invalid_argument for a request with a body, and a protocol that is no token
  /// @example tests/docs/client_guide_test.cpp:upgrade
  task<result<answer_stream>> upgrade(client_request request, std::string protocol);

  /// Asks the proxy for a tunnel to a host (CONNECT), and returns when the head of its answer is
  /// there. Where has_switched() says so, take_stream() is the connection to that host.
  /// @errors as open(); condition::bad_input for a host that is none, and for port 0
  /// @throws std::logic_error without client_options::proxy, and for a Unix socket
  /// @source RFC 9110 9.3.6
  /// @example tests/docs/client_guide_test.cpp:tunnel
  task<result<answer_stream>> tunnel(endpoint to);

  /// Numbers that are right each, but of no one moment.
  client_counts counts() const;

private:
  class state;
  std::shared_ptr<state> state_;
};

}  // namespace weft::http
