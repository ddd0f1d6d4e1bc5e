#include "promises/background_server.hpp"
#include "promises/plain_client.hpp"
#include "support/tcp_gate.hpp"
#include "unit/http/streaming_handler.hpp"

#include <weft/http/metrics.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

// tests/conformance tries all splits of each case; there only time can tell that the server has
// read the first piece before the second one is sent. Here the server's count of bytes tells.

namespace {

using namespace std::chrono_literals;
using namespace weft::test;

/// Everything that requests are made of: heads, a body, chunks with an extension, a trailer.
const std::string& three_requests() {
  static const std::string text =
      get("/first?a=b", "Accept: */*\r\nX-Long-Name: with a value of some length\r\n") +
      post("/second", "a body", "Content-Type: text/plain\r\n") +
      post_chunks("/third", "5;x=y\r\nchunk\r\n1\r\ns\r\n0\r\nTrailing: field\r\n\r\n", last);
  return text;
}

void expect_three_answers(plain_client& client) {
  for (const auto* const body : {"GET /first?a=b ", "POST /second a body", "POST /third chunks"}) {
    const auto answer = client.read_answer();
    CHECK(answer.is(200));
    CHECK(answer.body == body);
  }
  CHECK(client.is_ended_by_peer());
}

}  // namespace

TEST_CASE("requests are answered alike wherever they are cut in two") {
  const std::string_view text = three_requests();
  for (const auto io : {weft::io_kind::portable, weft::io_kind::direct}) {
    echo_handler handler;
    background_server server({"event_loop", weft::event_loop{}, io}, handler);
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      CAPTURE(name_of(io), cut);
      const auto before = server.server().metrics().received_bytes;
      plain_client client(server.port());
      client.send(text.substr(0, cut));
      CHECK(
          within_reason([&] { return server.server().metrics().received_bytes == before + cut; }));
      client.send(text.substr(cut));
      expect_three_answers(client);
    }
  }
}

TEST_CASE("requests are answered alike in pieces of any size, under each model") {
  for (const auto& m : serving_models_with_io()) {
    echo_handler handler;
    background_server server(m, handler);
    for (const std::size_t piece : {1U, 2U, 7U, 100U}) {
      CAPTURE(m.name, piece);
      const tcp_gate gate(server.server().local(), gate_script{.to_server = {.piece = piece}});
      plain_client client(gate.address().port);
      client.send(three_requests());
      expect_three_answers(client);
    }
  }
}
