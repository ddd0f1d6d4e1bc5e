#include "running_server.hpp"

#include <weft/http/client.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <random>
#include <string>
#include <utility>

#include "support/random_seed.hpp"
#include "support/tcp_gate.hpp"

// The client and the server, with a network between them that cuts, splits and falls silent.

using namespace std::chrono_literals;
using namespace weft::test;
using weft::condition;
using weft::http::client;
using weft::http::client_options;
using weft::http::client_request;
using weft::http_method;
using weft::task;

namespace {

constexpr std::size_t requests = 24;

/// Counts how often each POST /N has come, and answers with N and some bytes.
class numbered_handler final : public weft::http_handler {
public:
  task<> handle(const weft::request& req, weft::response& res) override {
    const auto number = static_cast<std::size_t>(std::stoul(std::string(req.path().substr(1))));
    if (req.method() == http_method::post) ++posts[number];
    res.body().append(body_of(number));
    co_return;
  }
  static std::string body_of(std::size_t number) {
    return std::to_string(number) + std::string(3000, 'b');
  }

  std::array<std::atomic<int>, requests> posts{};
};

gate_script bad_network(std::mt19937_64& random) {
  using cut = gate_rules::cut;
  gate_script script;
  gate_rules& rules = random() % 2 == 0 ? script.to_server : script.to_client;
  rules.cut_at = random() % 7000;
  rules.how = std::array{cut::finish, cut::reset, cut::silence}[random() % 3];
  if (random() % 2 == 0) rules.piece = 1 + random() % 100;
  return script;
}

/// The second request is a POST, which the client does not send again: one answer is always lost.
gate_script cut_in_the_second_answer() {
  gate_script script;
  script.to_client.cut_at = 4500;  // an answer is a little over 3,000 bytes
  return script;
}

client_options impatient() {
  client_options options;
  options.head_timeout = options.body_timeout = 200ms;
  return options;
}

/// @return whether the answer came
task<bool> ask(client& c, std::string url, std::size_t number) {
  const bool posts = number % 2 == 1;
  client_request request(posts ? http_method::post : http_method::get,
                         std::move(url) + std::to_string(number));
  if (posts) request.set_body(std::string(500, 'p'));
  const auto answer = co_await c.send(std::move(request));
  if (answer) {
    CHECK(answer->ok());
    CHECK(answer->body() == numbered_handler::body_of(number));
  } else {
    const auto error = answer.error();
    const bool is_clear = error == condition::eof || error == condition::bad_input ||
                          error == condition::timed_out || error == std::errc::connection_reset ||
                          error == std::errc::broken_pipe;
    INFO(error.message());
    CHECK(is_clear);
  }
  co_return answer.has_value();
}

}  // namespace

TEST_CASE("behind a bad network a client sees whole answers or clear errors, and posts once") {
  const auto seed = random_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    run_under(m, [](std::mt19937_64& dice) -> task<> {
      numbered_handler handler;
      running_server server(on_a_free_port(), &handler);
      server.start();
      std::size_t answered = 0;
      {
        const tcp_gate gate(server.server().local(), [&dice](std::size_t nth) {
          return nth == 0 ? cut_in_the_second_answer() : bad_network(dice);
        });
        const std::string url = "http://" + to_string(gate.address()) + "/";
        client c(impatient());
        for (std::size_t i = 0; i < requests; ++i) {
          const bool came = co_await ask(c, url, i);
          answered += came ? 1 : 0;
        }
      }
      CHECK(answered > 0);
      CHECK(answered < requests);
      for (const auto& count : handler.posts) CHECK(count <= 1);
      co_await server.stop();
    }(random));
  }
}
