#include "promises/plain_client.hpp"

#include "promises/patience.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace weft::test {
namespace {

// No body of an answer is refused for its length.
constexpr std::uint64_t any_length = std::uint64_t{1} << 40;

int connected_socket(std::uint16_t port, int receive_buffer) noexcept {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  const auto most_ms = patience().count();
  const timeval most{most_ms / 1000, most_ms % 1000 * 1000};
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive_buffer != 0)
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0)
    return descriptor;
  ::close(descriptor);
  return -1;
}

}  // namespace

plain_client::plain_client(std::uint16_t port, int receive_buffer)
    : descriptor_(connected_socket(port, receive_buffer)) {}
plain_client::plain_client(plain_client&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), unread_(std::move(other.unread_)) {}
plain_client& plain_client::operator=(plain_client&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(unread_, other.unread_);
  return *this;
}

bool plain_client::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

plain_answer plain_client::read_answer(http_method asked) {
  using ending = plain_answer::ending;
  const http_limits limits;
  http::response_parser parser(limits);
  parser.reset(asked);
  plain_answer answer;
  std::size_t parsed = 0;
  bool any = !unread_.empty();
  char buffer[16 * 1024];
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
    const ssize_t got = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (got > 0) {
      unread_.append(buffer, static_cast<std::size_t>(got));
      any = true;
      continue;
    }
    if (got < 0 && errno == EINTR) continue;
    const bool is_late = got < 0 && errno == EAGAIN;
    answer.how = is_late ? ending::late : any ? ending::cut : ending::refused;
    return answer;
  }
}

bool plain_client::is_ended_by_peer() {
  char byte = 0;
  for (;;) {
    const ssize_t got = unread_.empty() ? ::recv(descriptor_, &byte, 1, 0) : 1;
    if (got < 0 && errno == EINTR) continue;
    return got == 0 || (got < 0 && errno != EAGAIN);
  }
}

void plain_client::finish_writing() const noexcept { ::shutdown(descriptor_, SHUT_WR); }

void plain_client::reset() noexcept {
  const linger at_once{1, 0};
  if (is_open()) ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void plain_client::close() noexcept {
  if (is_open()) ::close(std::exchange(descriptor_, -1));
}

}  // namespace weft::test
