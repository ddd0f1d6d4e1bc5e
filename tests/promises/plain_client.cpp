#include "promises/plain_client.hpp"

#include "promises/patience.hpp"

#include <cerrno>
#include <chrono>

namespace weft::test {
namespace {

// No body of an answer is refused for its length.
constexpr std::uint64_t any_length = std::uint64_t{1} << 40;

}  // namespace

plain_client::plain_client(std::uint16_t port, int receive_buffer)
    : socket_(connected_to(port, patience(), receive_buffer)) {}

plain_answer plain_client::read_answer(http_method asked) {
  using ending = plain_answer::ending;
  const http_limits limits;
  http::response_parser parser(limits);
  parser.reset(asked);
  plain_answer answer;
  std::size_t parsed = 0;
  bool any = !unread_.empty();
  for (;;) {
    const auto step = parser.next(std::string_view(unread_).substr(parsed));
    parsed += step.consumed;
    switch (step.event) {
      case http::parse_event::head:
        answer.status = static_cast<int>(parser.message().status);
        answer.retry_after = parser.message().header("retry-after").value_or("");
        parser.limit_body(any_length);
        continue;
      case http::parse_event::body: answer.body.append(parser.body_chunk()); continue;
      case http::parse_event::trailer: continue;
      case http::parse_event::done:
        unread_.erase(0, parsed);
        answer.how = ending::whole;
        return answer;
      case http::parse_event::error: answer.how = ending::wrong; return answer;
      case http::parse_event::need_more: break;
    }
    unread_.erase(0, parsed);  // what was told is copied
    parsed = 0;
    const ssize_t got = socket_.receive(unread_);
    if (got > 0) {
      any = true;
      continue;
    }
    const bool is_late = got < 0 && errno == EAGAIN;
    answer.how = is_late ? ending::late : any ? ending::cut : ending::refused;
    return answer;
  }
}

bool plain_client::has_something() const {
  return !socket_.is_open() || !unread_.empty() ||
         socket_.has_something_within(std::chrono::milliseconds(0));
}

bool plain_client::is_ended_by_peer() {
  const ssize_t got = unread_.empty() ? socket_.receive(unread_) : 1;
  return got == 0 || (got < 0 && errno != EAGAIN);
}

}  // namespace weft::test
