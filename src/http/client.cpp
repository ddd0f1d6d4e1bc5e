#include <weft/http/client.hpp>

#include "authority.hpp"
#include "client_exchange.hpp"
#include "client_pool.hpp"
#include "field_rules.hpp"
#include "until.hpp"

#include <weft/http/redirect.hpp>
#include <weft/http/request_target.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace weft::http {

namespace {

// What is read of an answer that only sends the client elsewhere, so that its connection can serve
// again. Past it a new connection costs less.
constexpr std::size_t max_redirect_body = 16 * 1024;

/// RFC 9110 9.2.2.
bool is_idempotent(http_method method) noexcept {
  switch (method) {
    case http_method::get:
    case http_method::head:
    case http_method::put:
    case http_method::delete_:
    case http_method::options:
    case http_method::trace: return true;
    default: return false;
  }
}

bool may_be_sent_again(const client_request& request) noexcept {
  return is_idempotent(request.method()) && request.streamed_body() == nullptr;
}

task<> drop_body(answer_stream& redirecting) {
  if (redirecting.content_length().value_or(0) > max_redirect_body) co_return;
  std::size_t dropped = 0;
  while (dropped <= max_redirect_body) {
    auto piece = co_await redirecting.read();
    if (!piece) co_return;
    dropped += piece->size();
  }
}

}  // namespace

/// What a client's requests share; it outlives the client in those that are under way.
class client::state {
public:
  explicit state(client_options options)
      : pool_(std::make_shared<client_pool>(std::move(options))) {}

  /// @param protocol  to be asked for; empty for none
  task<result<answer_stream>> open(client_request request, std::string_view protocol,
                                   time_point deadline);
  task<result<answer_stream>> tunnel(endpoint to, time_point deadline);
  client_pool& pool() const noexcept { return *pool_; }
  const client_options& options() const noexcept { return pool_->options(); }

private:
  task<result<answer_stream>> ask(const client_request& request, std::string_view protocol,
                                  time_point deadline);
  task<result<answer_stream>> send(const client_request& request, request_context context,
                                   endpoint to, time_point deadline);

  const std::shared_ptr<client_pool> pool_;
};

task<result<answer_stream>> client::state::open(client_request request, std::string_view protocol,
                                                time_point deadline) {
  for (std::size_t redirects = 0;; ++redirects) {
    auto opened = co_await ask(request, protocol, deadline);
    if (!opened) co_return opened.error();
    opened->set_url(request.url());
    const auto location = opened->header("Location");
    if (!is_redirect(opened->status()) || !location || options().max_redirects == 0)
      co_return std::move(*opened);
    auto to = resolve_location(request.url(), *location);
    if (!to) co_return to.error();
    if (!follow_redirect(request, opened->status(), std::move(*to))) co_return std::move(*opened);
    if (redirects == options().max_redirects) co_return condition::limit_exceeded;
    co_await drop_body(*opened);
  }
}

task<result<answer_stream>> client::state::ask(const client_request& request,
                                               std::string_view protocol, time_point deadline) {
  const auto target = read_target(request.url());
  if (!target) co_return target.error();
  const auto& proxy = options().proxy;
  const std::string absolute = "http://" + target->authority + target->target;
  request_context context;
  context.target = proxy ? absolute : target->target;
  context.authority = target->authority;
  context.upgrade = protocol;
  if (proxy) context.proxy_authorization = options().proxy_authorization;
  endpoint to{target->host, target->port};
  if (proxy) to = *proxy;
  else if (options().connect_to) to = *options().connect_to;
  auto opened = co_await send(request, context, to, deadline);
  co_return opened;
}

task<result<answer_stream>> client::state::tunnel(endpoint to, time_point deadline) {
  const client_request none(http_method::get, "");
  const std::string authority = to_string(to);
  if (to.port == 0 || !detail::is_authority(authority)) co_return condition::bad_input;
  request_context context;
  context.is_connect = true;
  context.target = context.authority = authority;
  context.proxy_authorization = options().proxy_authorization;
  auto opened = co_await send(none, context, *options().proxy, deadline);
  co_return opened;
}

task<result<answer_stream>> client::state::send(const client_request& request,
                                                request_context context, endpoint to,
                                                time_point deadline) {
  auto wanted = client_pool::want::any;
  for (;;) {
    const time_point patience = std::min(deadline, from_now(options().connect_timeout));
    auto lease = co_await until(patience, pool_->acquire(to, wanted));
    if (!lease) co_return lease.error();
    auto exchange = std::make_unique<client_exchange>(std::move(*lease), options(), deadline);
    auto started = co_await exchange->start(request, context);
    if (started) {
      auto head = exchange->take_head();
      co_return answer_stream(std::move(head), std::move(exchange));
    }
    if (!exchange->met_a_closed_connection(started.error()) || !may_be_sent_again(request))
      co_return started.error();
    wanted = client_pool::want::fresh;
  }
}

// ------------------------------------------------------------------ client

client::client(client_options options) {
  detail::check_field_value(options.proxy_authorization);
  if (options.proxy && options.connect_to)
    throw std::invalid_argument("weft: a client has connect_to or a proxy, not both");
  state_ = std::make_shared<state>(std::move(options));
}
client::client(client&&) noexcept = default;
client& client::operator=(client&& other) noexcept {
  if (this == &other) return *this;
  if (state_ != nullptr) state_->pool().close();
  state_ = std::move(other.state_);
  return *this;
}
client::~client() {
  if (state_ != nullptr) state_->pool().close();
}

task<result<answer>> client::get(std::string url) {
  client_request request(http_method::get, std::move(url));
  return send(std::move(request));
}

task<result<answer>> client::post(std::string url, std::string body, std::string content_type) {
  client_request request(http_method::post, std::move(url));
  request.set_body(std::move(body), content_type);
  return send(std::move(request));
}

task<result<answer>> client::send(client_request request) {
  const auto keep = state_;
  const time_point deadline = from_now(keep->options().total_timeout);
  auto opened = co_await keep->open(std::move(request), {}, deadline);
  if (!opened) co_return opened.error();
  auto whole = co_await std::move(*opened).collect(keep->options().max_body_bytes);
  co_return whole;
}

task<result<answer_stream>> client::open(client_request request) {
  const auto keep = state_;
  const time_point deadline = from_now(keep->options().total_timeout);
  auto opened = co_await keep->open(std::move(request), {}, deadline);
  co_return opened;
}

task<result<answer_stream>> client::upgrade(client_request request, std::string protocol) {
  if (request.has_body()) throw std::invalid_argument("weft: an upgrade is asked without a body");
  detail::check_field_name(protocol);
  const auto keep = state_;
  const time_point deadline = from_now(keep->options().total_timeout);
  auto opened = co_await keep->open(std::move(request), protocol, deadline);
  co_return opened;
}

task<result<answer_stream>> client::tunnel(endpoint to) {
  const auto keep = state_;
  if (!keep->options().proxy || to.is_unix())
    throw std::logic_error("weft: a tunnel leads through a proxy, to a host");
  const time_point deadline = from_now(keep->options().total_timeout);
  auto opened = co_await keep->tunnel(std::move(to), deadline);
  co_return opened;
}

client_counts client::counts() const { return state_->pool().counts(); }

}  // namespace weft::http
