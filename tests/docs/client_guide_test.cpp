#include <weft/http/client.hpp>
#include <weft/http/server.hpp>
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

// What docs/client.md shows, region by region, against a server that says what it was asked.

using namespace std::chrono_literals;

namespace {

class asked_handler final : public weft::http_handler {
public:
  weft::task<> handle(const weft::request& req, weft::response& res) override {
    if (req.path() == "/slow") co_await weft::sleep(300ms);
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

// [options]
weft::http::client careful_client() {
  return weft::http::client({.max_connections_per_host = 4,
                             .head_timeout = 5s,
                             .total_timeout = 30s,
                             .max_redirects = 0,
                             .max_body_bytes = 1024 * 1024});
}
// [/options]

weft::task<> ask_everything() {
  asked_handler handler;
  weft::server_options options;
  options.listen = {weft::endpoint{"127.0.0.1", 0}};
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
  }
  server.stop();
  co_await serving.join();
}

}  // namespace

TEST_CASE("the client guide's examples do what it says") {
  for (const auto& m : weft::test::serving_models()) {
    CAPTURE(m.name);
    weft::test::run_under(m, ask_everything());
  }
}
