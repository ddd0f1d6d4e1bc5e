#pragma once

#include <weft/http/server.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/under_each_model.hpp"

// A server and its clients in one process, for the tests of http_server.

namespace weft::test {

/// More than the buffers of a loopback connection hold.
inline const std::string& large_body() {
  static const std::string text(16 * 1024 * 1024, 'L');
  return text;
}

/// Answers with method, target and body; /slow takes 50 ms, /throw fails, /nothing is a 204 and
/// /large is large_body().
class echo_handler final : public http_handler {
public:
  task<> handle(const request& req, response& res) override {
    if (req.path() == "/throw") throw std::runtime_error("planned");
    if (req.path() == "/slow") co_await sleep(std::chrono::milliseconds(50));
    if (req.path() == "/nothing") res.set_status(http_status::no_content);
    res.set_content_type("text/plain");
    if (req.path() == "/large") {
      res.body().append(large_body());
      co_return;
    }
    res.body().append(req.method_name());
    res.body().append(" ");
    res.body().append(req.target());
    res.body().append(" ");
    res.body().append(req.body());
  }
};

inline server_options on_a_free_port() {
  server_options options;
  options.listen = {endpoint{"127.0.0.1", 0}};
  options.limits.idle_grace = duration{0};  // tests end with connections that are idle
  return options;
}

/// A server in the background of a test, stopped at its end.
class running_server {
public:
  /// @param handler  instead of an echo_handler
  explicit running_server(const server_options& options = on_a_free_port(),
                          http_handler* handler = nullptr)
      : server_(handler != nullptr ? *handler : echo_, options) {}

  void start() {
    REQUIRE(server_.open().has_value());
    serve();
  }
  /// What start() does after opening.
  void serve() { serving_.go(server_.serve()); }
  task<> stop() {
    server_.stop();
    co_await serving_.join();
  }
  task<tcp_stream> connect() {
    auto stream = co_await weft::connect(server_.local());
    if (!stream) UNSCOPED_INFO("connect: " << stream.error().message());
    REQUIRE(stream.has_value());
    co_return std::move(*stream);
  }
  task<> ended() { co_await serving_.join(); }
  /// Ends serve() by cancelling it.
  task<> cancel() {
    serving_.cancel();
    co_await serving_.join();
  }
  http_server& server() { return server_; }

private:
  echo_handler echo_;
  http_server server_;
  task_group serving_;
};

/// A server that stops waits a while for clients that stay.
inline void hang_up(tcp_stream& stream) { const tcp_stream closed(std::move(stream)); }

inline task<std::string> read_to_end(tcp_stream& stream) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    auto got = co_await stream.read_some(buffer);
    if (!got) break;
    text.append(buffer.data(), *got);
  }
  co_return text;
}

/// Reads until the text ends with `end`, or the stream does.
inline task<std::string> read_until(tcp_stream& stream, std::string end) {
  std::string text;
  std::array<char, 4096> buffer;
  while (!text.ends_with(end)) {
    auto got = co_await stream.read_some(buffer);
    if (!got) break;
    text.append(buffer.data(), *got);
  }
  co_return text;
}

inline task<bool> write(tcp_stream& stream, std::string text) {
  auto written = co_await stream.write_all(text);
  co_return written.has_value();
}

/// Sends bytes on a connection of their own and collects all that comes back.
inline task<std::string> exchange(running_server& server, std::string bytes) {
  auto stream = co_await server.connect();
  co_await write(stream, std::move(bytes));
  auto answer = co_await read_to_end(stream);
  co_return answer;
}

inline std::string get(std::string target, std::string more = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: here\r\n" + more + "\r\n";
}

inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

inline const std::string last = "Connection: close\r\n";

/// Whether the server answers a request on this connection.
inline task<bool> serves_on(tcp_stream& stream, std::string target) {
  co_await write(stream, get(target));
  const auto answer = co_await read_until(stream, "GET " + target + " ");
  co_return answer.starts_with("HTTP/1.1 200 OK");
}

}  // namespace weft::test
