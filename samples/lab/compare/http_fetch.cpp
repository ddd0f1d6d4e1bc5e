#include "http_fetch.hpp"

#include "../load/endpoint.hpp"
#include "../load/http_reply_reader.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>

namespace lab {
namespace {

class blocking_socket {
public:
  explicit blocking_socket(const sockaddr_in& peer)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) == 0;
  }
  ~blocking_socket() { ::close(fd_); }
  blocking_socket(const blocking_socket&) = delete;
  blocking_socket& operator=(const blocking_socket&) = delete;

  bool send_all(std::string_view bytes) const {
    while (connected_ && !bytes.empty()) {
      const ssize_t put = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return connected_;
  }

  std::string_view receive() {
    const ssize_t got = ::recv(fd_, buffer_.data(), buffer_.size(), 0);
    return {buffer_.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }

private:
  int fd_;
  bool connected_ = false;
  std::array<char, 16384> buffer_;
};

std::string write_request(const std::string& endpoint, const std::string& method,
                          const std::string& target, const std::string& body) {
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: " + endpoint + "\r\n";
  if (method != "GET") {
    text +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n" + body;
}

}  // namespace

fetched_reply fetch(const std::string& endpoint, const std::string& method,
                    const std::string& target, const std::string& body) {
  using event = http_reply_reader::event;
  fetched_reply reply;
  blocking_socket socket(resolve_endpoint(endpoint, false));
  if (!socket.send_all(write_request(endpoint, method, target, body))) return reply;

  http_reply_reader reader;
  for (;;) {
    std::string_view bytes = socket.receive();
    if (bytes.empty()) return reply;
    for (event step = reader.next(bytes); step != event::need_more; step = reader.next(bytes)) {
      if (step == event::error) return reply;
      if (step == event::body) reply.body += reader.body_piece();
      if (step == event::done) {
        reply.complete = true;
        reply.status = reader.status();
        reply.content_type = reader.header("content-type");
        reply.server = reader.header("server");
        return reply;
      }
    }
  }
}

}  // namespace lab
