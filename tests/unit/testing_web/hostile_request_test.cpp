#include "each_client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

using namespace weft::test;
using weft::condition;
using weft::http::client_request;
using weft::result;
using weft::task;
using weft::testing::app_client;
using weft::testing::in_process;
using weft::testing::user_agent;

namespace {

/// A body of pieces, and how it ends.
class scripted_body final : public weft::http::outgoing_body {
public:
  scripted_body(std::deque<std::string> pieces, std::error_code end)
      : pieces_(std::move(pieces)), end_(end) {}

  task<result<std::string_view>> read() override {
    if (pieces_.empty()) co_return end_;
    now_ = std::move(pieces_.front());
    pieces_.pop_front();
    co_return std::string_view(now_);
  }
  std::span<const weft::header_field> trailers() const override {
    return {trailers_, has_trailer_ ? 1U : 0U};
  }
  void add_trailer() { has_trailer_ = true; }

private:
  std::deque<std::string> pieces_;
  std::error_code end_;
  std::string now_;
  bool has_trailer_ = false;
  weft::header_field trailers_[1] = {{"X-Sum", "17"}};
};

client_request upload(std::string target, std::shared_ptr<scripted_body> body,
                      std::optional<std::uint64_t> length = std::nullopt) {
  client_request request("POST", std::move(target));
  request.set_body(std::move(body), length);
  return request;
}
std::shared_ptr<scripted_body> body_of(
    std::deque<std::string> pieces, std::error_code end = weft::make_error_code(condition::eof)) {
  return std::make_shared<scripted_body>(std::move(pieces), end);
}

task<std::string> read_all(weft::body_stream body) {
  std::string all;
  for (;;) {
    const auto piece = co_await body.read();
    if (!piece) break;
    all.append(*piece);
  }
  for (const auto& [name, value] : body.trailers())
    all.append(" ").append(name).append("=").append(value);
  all += body.complete() ? " complete" : " cut";
  co_return all;
}

void add_routes(weft::app& app) {
  app.get("/items/{id}", [](weft::path<std::string> id) { return *id; });
  app.post("/whole", [](weft::body text) { return *text; }).limit_body(8);
  app.post("/stream",
           [](weft::body_stream body) -> task<std::string> {
             auto all = co_await read_all(std::move(body));
             co_return all;
           })
      .limit_body(8);
}

}  // namespace

TEST_CASE("in process a target arrives as it stands, and the server's parser judges it") {
  weft::app app;
  add_routes(app);
  with_each_model(app, [](app_client& client) {
    CHECK(client.get("/items/a%2Fb").body() == "a/b");
    CHECK(client.get("/items/%zz").code() == 400);
    CHECK(client.get("/items/\"<>").code() == 400);
    CHECK(client.get("/items/\xc3\xa4").code() == 400);
    CHECK(client.get("/items/" + std::string(9000, 'x')).code() == 414);
    CHECK(client.get("/items/x#fragment").body() == "x");
    CHECK_THROWS_AS(client.get("/items/a b"), std::system_error);
    CHECK_THROWS_AS(client.get("/items/x\r\nHost: other\r\n\r\n"), std::system_error);
    CHECK_THROWS_AS(client.get(std::string("/items/\0", 8)), std::system_error);
  });
}

TEST_CASE("headers past the server's limits are refused as by a server") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    client_request large("GET", "/items/1");
    large.set_header("X-Large", std::string(17'000, 'x'));
    CHECK(client.send(large).code() == 431);
    client_request many("GET", "/items/1");
    for (int n = 0; n < 101; ++n) many.add_header("X-" + std::to_string(n), "v");
    CHECK(client.send(many).code() == 431);
    CHECK(client.send({"get", "/items/1"}).code() == 405);  // case counts
    CHECK(client.get("/items/1").code() == 200);
  });
}

TEST_CASE("a body past its limit is a 413, whole or streamed, with a length or without") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    for (const std::string target : {"/whole", "/stream"}) {
      CAPTURE(target);
      CHECK(client.post(target, "123456789", "text/plain").code() == 413);
      CHECK(client.post(target, "12345678", "text/plain").code() == 200);
      CHECK(client.send(upload(target, body_of({"12345", "6789"}))).code() == 413);
      CHECK(client.send(upload(target, body_of({"12345", "678"}), 8)).code() == 200);
    }
  });
}

TEST_CASE("a streamed body arrives piece by piece, with its trailers") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    auto body = body_of({"ab", "", "c", "defg"});
    body->add_trailer();
    CHECK(client.send(upload("/stream", body)).body() == "abcdefg X-Sum=17 complete");
    CHECK(client.send(upload("/stream", body_of({}))).body() == " complete");
    CHECK(client.send(upload("/whole", body_of({"ab", "c"}))).body() == "abc");
    CHECK(client.send(upload("/stream", body_of({"abc"}), 3)).body() == "abc complete");
  });
}

TEST_CASE("a body that fails is its sender's error") {
  weft::app app;
  add_routes(app);
  with_each_client(app, [](app_client& client) {
    const auto error_of = [&client](client_request request) {
      try {
        client.send(std::move(request));
      } catch (const std::system_error& failed) {
        return failed.code();
      }
      return std::error_code();
    };
    for (const std::string target : {"/whole", "/stream"}) {
      CAPTURE(target);
      CHECK(
          error_of(upload(target, body_of({"ab"}, weft::make_error_code(condition::timed_out)))) ==
          condition::timed_out);
      CHECK(error_of(upload(target, body_of({"ab"}), 3)) == condition::bad_input);
      CHECK(error_of(upload(target, body_of({"abcd"}), 3)) == condition::limit_exceeded);
    }
    CHECK(client.post("/whole", "abc", "text/plain").body() == "abc");
  });
}

TEST_CASE("a handler that answers without the body ends it") {
  class endless final : public weft::http::outgoing_body {
  public:
    task<result<std::string_view>> read() override {
      ++reads;
      co_return std::string_view("piece");
    }
    int reads = 0;
  };
  weft::app app;
  app.post("/refuse", [](weft::body_stream) -> task<weft::with_status<std::string>> {
    co_return weft::with_status(weft::http_status::forbidden, "no");
  });
  with_each_model(app, [](app_client& client) {
    auto body = std::make_shared<endless>();
    client_request request("POST", "/refuse");
    request.set_body(body);
    CHECK(client.send(std::move(request)).code() == 403);
    CHECK(body->reads <= 18);
  });
}

TEST_CASE("a body_stream that outlives its request is a closed one, and nothing is kept alive") {
  weft::app app;
  const auto kept = std::make_shared<std::unique_ptr<weft::body_stream>>();
  app.post("/keep", [kept](weft::body_stream body) -> task<std::string> {
    *kept = std::make_unique<weft::body_stream>(std::move(body));
    co_return "kept";
  });
  with_each_model(app, [&kept](app_client& client) {
    CHECK(client.post("/keep", "abc", "text/plain").body() == "kept");
    const auto later = client.run([&kept](user_agent&) -> task<std::error_code> {
      const auto piece = co_await (*kept)->read();
      co_return piece ? std::error_code() : piece.error();
    });
    CHECK(later == condition::closed);
    kept->reset();
  });
}
