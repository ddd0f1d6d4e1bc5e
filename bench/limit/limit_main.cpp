// The least that answers `GET /json` and `POST /orders` over HTTP/1.1: what a framework is measured
// against.
//
// One thread, one level-triggered epoll set, one recv a readiness, one send a batch of requests.
// Its answer has the same headers and body as weft's, and the body is written per request from an
// object, so that the difference between the two is the framework alone. An order goes through a
// tree of JSON values, which is what most frameworks have. It is a yardstick and not a server: no
// limits, no deadlines, no chunked bodies.

#include "limit_connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

using limit::connection;
using limit::date_cache;

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "weft_limit: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

std::optional<sockaddr_in> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string host(text.substr(0, colon));
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;

  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return std::nullopt;
  return address;
}

int listen_on(sockaddr_in address) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) give_up("socket");
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) give_up("bind");
  if (::listen(fd, SOMAXCONN) != 0) give_up("listen");
  return fd;
}

void announce(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::array<char, INET_ADDRSTRLEN> host{};
  ::inet_ntop(AF_INET, &address.sin_addr, host.data(), host.size());
  std::printf("weft_limit: listening on http://%s:%u\n", host.data(), ntohs(address.sin_port));
  std::fflush(stdout);
}

class responder {
public:
  explicit responder(int listener) : listener_(listener), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) give_up("epoll_create1");
    watch(listener_, EPOLLIN, EPOLL_CTL_ADD, nullptr);
  }

  [[noreturn]] void serve() {
    std::array<epoll_event, 256> events;
    for (;;) {
      const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      if (ready < 0 && errno != EINTR) give_up("epoll_wait");
      date_.refresh();
      for (int i = 0; i < ready; ++i) dispatch(events[static_cast<std::size_t>(i)]);
    }
  }

private:
  void dispatch(const epoll_event& event) {
    if (event.data.ptr == nullptr) return accept_all();
    auto& peer = *static_cast<connection*>(event.data.ptr);
    const auto state = (event.events & EPOLLOUT) != 0 ? peer.flush() : peer.serve_readable(date_);
    if (state == connection::after::closed) return forget(peer);
    const bool blocked = state == connection::after::blocked;
    if (blocked != peer.waits_for_room) {
      peer.waits_for_room = blocked;
      watch(peer.fd(), blocked ? EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD, &peer);
    }
  }

  void accept_all() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      auto peer = std::make_unique<connection>(fd);
      watch(fd, EPOLLIN, EPOLL_CTL_ADD, peer.get());
      peers_.emplace(fd, std::move(peer));
    }
  }

  void forget(const connection& peer) { peers_.erase(peer.fd()); }

  void watch(int fd, std::uint32_t interest, int operation, connection* peer) {
    epoll_event event{};
    event.events = interest;
    event.data.ptr = peer;
    if (::epoll_ctl(epoll_, operation, fd, &event) != 0) give_up("epoll_ctl");
  }

  int listener_;
  int epoll_;
  date_cache date_;
  std::unordered_map<int, std::unique_ptr<connection>> peers_;
};

}  // namespace

int main(int argc, char** argv) {
  std::string_view listen = "127.0.0.1:8081";
  if (argc == 3 && std::string_view(argv[1]) == "--listen") {
    listen = argv[2];
  } else if (argc != 1) {
    std::fputs("usage: weft_limit [--listen ADDRESS:PORT]\n", stderr);
    return 2;
  }
  const auto address = parse_endpoint(listen);
  if (!address) {
    std::fprintf(stderr, "weft_limit: '%s' is not ADDRESS:PORT\n", std::string(listen).c_str());
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  const int listener = listen_on(*address);
  announce(listener);
  responder(listener).serve();
}
