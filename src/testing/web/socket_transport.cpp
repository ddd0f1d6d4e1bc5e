#include "socket_transport.hpp"

#include <weft/runtime/submit.hpp>

#include <memory>
#include <system_error>
#include <utility>

namespace weft::testing::detail {
namespace {

server_options options_of(const over_socket& asked) {
  server_options options;
  options.listen = {endpoint{"127.0.0.1", 0}};
  options.allowed_hosts = asked.allowed_hosts;
  options.limits = asked.limits;
  options.limits.idle_grace = duration{0};  // a test ends with connections that are idle
  return options;
}

/// The body of an answer that came over a socket.
class received_body final : public http::body_source {
public:
  explicit received_body(http::answer_stream from) noexcept : from_(std::move(from)) {}

  task<result<std::string_view>> read() override {
    const auto self = shared_from_this();
    const auto piece = co_await from_.read();
    co_return piece;
  }
  bool complete() const noexcept override { return from_.complete(); }
  std::span<const header_field> trailers() const noexcept override { return from_.trailers(); }

private:
  http::answer_stream from_;
};

}  // namespace

served_app::served_app(http_handler& app, const over_socket& options)
    : side_(options.model, options.io), server_(app, options_of(options)) {
  const auto opened = submit(side_.tasks(), open()).get();
  if (!opened) throw std::system_error(opened.error(), "weft: cannot serve the app for its test");
  serving_ = submit(side_.tasks(), server_.serve());
  http::client_options to;
  to.connect_to = server_.local();
  to.max_redirects = 0;  // the agent follows, for the sake of its cookies
  client_.emplace(std::move(to));
}

// The client's idle connections close first, so that the server need not wait for them.
served_app::~served_app() {
  submit(side_.tasks(), close_client()).wait();
  server_.stop();
  serving_.wait();
  side_.stop();
}

task<result<void>> served_app::open() { co_return server_.open(); }

task<> served_app::close_client() {
  client_.reset();
  co_return;
}

task<result<app_stream>> socket_transport::open(http::client_request request) {
  auto opened = co_await client_.open(std::move(request));
  if (!opened) co_return opened.error();
  http::answer_head& seen = *opened;
  http::answer_head head = std::move(seen);
  app_stream stream(std::move(head), std::make_shared<received_body>(std::move(*opened)));
  co_return stream;
}

}  // namespace weft::testing::detail
