// A client's bytes to a server, cut and timed as the input says, over a real socket.
//
// Oracles: each request that the parser accepts in the whole input gets its own answer, in order;
// one that it refuses gets that refusal, and nothing behind it is answered; whatever a client did,
// the server answers the next one.

#include "support/choices.hpp"
#include "support/live_server.hpp"
#include "support/message_reader.hpp"
#include "support/target.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <string>
#include <vector>

namespace weft::fuzz {

const std::vector<std::string_view> plants = {"lose_answer", "lose_byte_of_stream", "other_status",
                                              "dead_server"};

namespace {

/// So low that small inputs reach them, and times so long that a slow machine does not.
http_limits small_limits() {
  http_limits limits;
  limits.max_request_line_bytes = 256;
  limits.max_header_bytes = 512;
  limits.max_header_count = 8;
  limits.max_body_bytes = 256;
  limits.max_chunk_extension_bytes = 16;
  limits.max_chunk_extensions_bytes = 64;
  limits.max_unread_bytes = 512;
  limits.max_drain_bytes = 1024;
  limits.max_requests_per_connection = std::numeric_limits<std::size_t>::max();
  limits.header_timeout = limits.body_grace = limits.keep_alive_timeout = std::chrono::minutes(10);
  return limits;
}

const http_limits& limits() {
  static const http_limits all = small_limits();
  return all;
}

live_server& server() {
  static live_server running(limits());
  return running;
}

struct expected_answer {
  http_method method;
  int status;
  std::string body;  ///< of a 200
};

struct expectation {
  std::vector<expected_answer> answers;
  bool is_all = true;  ///< false: more may come, or not
};

expectation expect_of(std::string_view text) {
  const std::array whole = {text};
  expectation all;
  for (const auto& asked : read_requests(whole, limits())) {
    const auto method = asked.method == "HEAD" ? http_method::head : http_method::get;
    if (asked.how == message::outcome::incomplete) break;
    if (asked.how == message::outcome::refused) {
      all.answers.push_back({method, std::stoi(asked.refusal), {}});
      break;
    }
    const bool is_head = method == http_method::head;
    all.answers.push_back(
        {method, 200,
         is_head ? "" : mirror_text(asked.method, asked.target, asked.host, asked.body)});
    // Only the connection's end is the end of such an answer to HTTP/1.0.
    all.is_all = !produces(asked.path) || asked.minor_version != 0;
    if (!asked.keep_alive || !all.is_all) break;
  }
  return all;
}

void check_answers(std::string_view received, const expectation& expected) {
  std::vector<http_method> methods;
  for (const auto& answer : expected.answers) methods.push_back(answer.method);
  const std::array whole = {received};
  auto answers = read_answers(whole, methods, input_end::closed, {});
  if (is_planted("lose_answer") && !answers.empty()) answers.pop_back();
  expect(answers.size() == expected.answers.size() ||
             (answers.size() > expected.answers.size() && !expected.is_all),
         "there are " + std::to_string(answers.size()) + " answers instead of " +
             std::to_string(expected.answers.size()));
  for (std::size_t i = 0; i < expected.answers.size(); ++i) {
    const auto& [method, status, body] = expected.answers[i];
    expect(answers[i].how == message::outcome::complete, "an answer is cut or malformed");
    if (is_planted("other_status")) ++answers[i].status;
    expect_same(std::to_string(answers[i].status), std::to_string(status), "another status");
    if (status == 200) expect_same(answers[i].body, body, "another body");
  }
}

delivery choose_delivery(choices& from, const cut_plan& cuts) {
  constexpr std::array endings = {delivery::ending::finish, delivery::ending::finish,
                                  delivery::ending::leave, delivery::ending::reset};
  delivery chosen;
  chosen.end = endings[from.below(endings.size())];
  for (std::size_t i = 0; i < 6; ++i) chosen.turns.push_back(from.below(4));
  chosen.pieces = cuts.apply(from.text());
  return chosen;
}

}  // namespace

void try_input(std::string_view bytes) {
  choices from(bytes);
  const cut_plan cuts(from);
  const auto what = choose_delivery(from, cuts);
  const auto received = server().deliver(what);
  if (what.end == delivery::ending::finish) check_answers(received, expect_of(from.text()));
  expect(server().answers() && !is_planted("dead_server"), "the server answers no more");
}

}  // namespace weft::fuzz
