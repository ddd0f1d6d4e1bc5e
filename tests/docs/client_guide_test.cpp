#include <weft/http/client.hpp>
#include <weft/http/server.hpp>
#include <weft/http/takeover.hpp>
#include <weft/net/tcp_listener.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "support/models.hpp"
#include "support/temporary_folder.hpp"

// What docs/client.md shows, region by region, against a server that says what it was asked.

using namespace std::chrono_literals;

namespace {

/// Sends back what comes.
class echo final : public weft::http::takeover {
public:
  weft::task<> run(weft::http::upgraded_stream& stream) override {
    std::string buffer(64, '\0');
    for (;;) {
      auto got = co_await stream.read_some(buffer);
      if (!got) co_return;
      auto sent = co_await stream.write_all(std::string_view(buffer).substr(0, *got));
      if (!sent) co_return;
    }
  }
};

class asked_handler final : public weft::http_handler {
public:
  weft::task<> handle(const weft::request& req, weft::response& res) override {
    if (req.path() == "/slow") co_await weft::sleep(300ms);
    if (req.path() == "/echo") {
      res.set_takeover("echo", std::make_shared<echo>());
      co_return;
    }
    res.set_content_type("application/json");
    res.body().append(req.method_name());
    res.body().append(" ");
    res.body().append(req.target());
    res.body().append(" ");
    res.body().append(req.body());
  }
};

// [first]
weft::task<std::string> read_json(weft::http::client& client, std::string base) {
  auto answer = co_await client.get(base + "/json");
  if (!answer) co_return "no answer: " + answer.error().message();
  if (!answer->ok()) co_return "no success: " + std::string(answer->reason());
  if (answer->header("Content-Type") != "application/json") co_return "no JSON";
  co_return std::string(answer->body());
}
// [/first]

// [request]
weft::task<int> replace_note(weft::http::client& client, std::string base) {
  weft::http::client_request request(weft::http_method::put, base + "/notes/1?tag=a%20b");
  request.set_header("Authorization", "Bearer 123");
  request.set_body(R"({"text":"new"})", "application/json");
  auto answer = co_await client.send(request);
  if (!answer) co_return 0;
  co_return static_cast<int>(answer->status());
}
// [/request]

// [beside]
weft::task<int> ask_three(weft::http::client& client, std::string base) {
  auto one = weft::go(client.get(base + "/1"));
  auto two = weft::go(client.get(base + "/2"));
  auto three = co_await client.get(base + "/3");
  auto first = co_await one.join();
  auto second = co_await two.join();
  int answered = 0;
  for (const auto* answer : {&first, &second, &three}) answered += answer->has_value() ? 1 : 0;
  co_return answered;
}
// [/beside]

// [streamed]
weft::task<std::size_t> count_bytes(weft::http::client& client, std::string url) {
  weft::http::client_request request(weft::http_method::get, std::move(url));
  auto answer = co_await client.open(request);
  if (!answer) co_return 0;
  std::size_t bytes = 0;
  for (;;) {
    auto piece = co_await answer->read();
    if (!piece) break;       // the end, or an error
    bytes += piece->size();  // *piece is valid until the next read()
  }
  if (!answer->complete()) co_return 0;  // cut short: this is not what the server meant to send
  co_return bytes;
}
// [/streamed]

// [upload]
class numbers final : public weft::http::outgoing_body {
public:
  weft::task<weft::result<std::string_view>> read() override {
    if (next_ == 1000) co_return weft::condition::eof;  // the end, in good order
    line_ = std::to_string(next_++) + "\n";
    co_return line_;
  }

private:
  int next_ = 0;
  std::string line_;
};

weft::task<bool> upload(weft::http::client& client, std::string url) {
  weft::http::client_request request(weft::http_method::post, std::move(url));
  request.set_body(std::make_shared<numbers>());
  auto answer = co_await client.send(request);
  co_return answer && answer->ok();
}
// [/upload]

// [time]
weft::task<std::string> ask_for_a_moment(weft::http::client& client, std::string url) {
  auto answer = co_await weft::with_timeout(50ms, client.get(std::move(url)));
  if (answer) co_return std::string(answer->body());
  if (answer.error() == weft::condition::timed_out) co_return "too late";
  if (answer.error() == weft::condition::refused) co_return "nobody listens";
  co_return answer.error().message();
}
// [/time]

// [unix]
weft::task<std::string> ask_over_a_file(std::string path) {
  weft::http::client_options options;
  options.connect_to = weft::endpoint::unix_socket(std::move(path));
  weft::http::client client(std::move(options));
  auto answer = co_await client.get("http://localhost/version");  // Host: localhost
  if (!answer) co_return answer.error().message();
  co_return std::string(answer->body());
}
// [/unix]

// [upgrade]
weft::task<std::string> say_hello(weft::http::client& client, std::string url) {
  weft::http::client_request request(weft::http_method::get, std::move(url));
  auto answer = co_await client.upgrade(request, "echo");
  if (!answer) co_return answer.error().message();
  if (!answer->has_switched()) co_return "the server would not";
  auto stream = std::move(*answer).take_stream();
  auto sent = co_await stream.write_all("hello");
  if (!sent) co_return sent.error().message();
  std::string back(64, '\0');
  auto got = co_await stream.read_some(back);
  if (!got) co_return got.error().message();
  co_return back.substr(0, *got);
}
// [/upgrade]

// [tunnel]
weft::task<std::string> first_line_of(weft::http::client& through_proxy, weft::endpoint host) {
  auto answer = co_await through_proxy.tunnel(host);
  if (!answer) co_return answer.error().message();
  if (!answer->has_switched()) co_return "the proxy would not";
  auto stream = std::move(*answer).take_stream();
  std::string line(64, '\0');
  auto got = co_await stream.read_some(line);
  if (!got) co_return got.error().message();
  co_return line.substr(0, *got);
}
// [/tunnel]

// [options]
weft::http::client careful_client() {
  return weft::http::client({.max_connections_per_host = 4,
                             .head_timeout = 5s,
                             .total_timeout = 30s,
                             .max_redirects = 0,
                             .max_body_bytes = 1024 * 1024});
}
// [/options]

/// A proxy that makes one tunnel, to a host that greets.
weft::task<> greet_once(weft::tcp_listener& listener) {
  auto stream = co_await listener.accept();
  if (!stream) co_return;
  std::string head(1024, '\0');
  auto got = co_await stream->read_some(head);
  if (!got) co_return;
  auto sent = co_await stream->write_all("HTTP/1.1 200 OK\r\n\r\n220 hello");
  CHECK(sent.has_value());
}

weft::task<> ask_a_proxy() {
  const weft::endpoint any{"127.0.0.1", 0};
  auto listener = weft::tcp_listener::open(any);
  REQUIRE(listener.has_value());
  auto proxying = weft::go(greet_once(*listener));
  {
    weft::http::client_options options;
    options.proxy = listener->local();
    weft::http::client client(std::move(options));
    const weft::endpoint host{"mail.example", 25};
    const auto line = co_await first_line_of(client, host);
    CHECK(line == "220 hello");
  }
  co_await proxying.join();
}

weft::task<> ask_everything() {
  const weft::test::temporary_folder folder;
  asked_handler handler;
  weft::server_options options;
  options.listen = {weft::endpoint{"127.0.0.1", 0}, weft::endpoint::unix_socket(folder / "s")};
  weft::http_server server(handler, options);
  REQUIRE(server.open().has_value());
  auto serving = weft::go(server.serve());
  const std::string base = "http://" + to_string(server.local());
  {
    weft::http::client client = careful_client();
    const auto json = co_await read_json(client, base);
    CHECK(json == "GET /json ");
    const auto status = co_await replace_note(client, base);
    CHECK(status == 200);
    const auto answered = co_await ask_three(client, base);
    CHECK(answered == 3);
    const auto bytes = co_await count_bytes(client, base + "/x");
    CHECK(bytes == std::string("GET /x ").size());
    const bool uploaded = co_await upload(client, base + "/numbers");
    CHECK(uploaded);
    const auto late = co_await ask_for_a_moment(client, base + "/slow");
    CHECK(late == "too late");
    const auto refused = co_await ask_for_a_moment(client, "http://127.0.0.1:1/");
    CHECK(refused == "nobody listens");
    const auto over_a_file = co_await ask_over_a_file(folder / "s");
    CHECK(over_a_file == "GET /version ");
    const auto hello = co_await say_hello(client, base + "/echo");
    CHECK(hello == "hello");
    const auto unwilling = co_await say_hello(client, base + "/json");
    CHECK(unwilling == "the server would not");
  }
  server.stop();
  co_await serving.join();
  co_await ask_a_proxy();
}

}  // namespace

TEST_CASE("the client guide's examples do what it says") {
  for (const auto& m : weft::test::serving_models()) {
    CAPTURE(m.name);
    weft::test::run_under(m, ask_everything());
  }
}
