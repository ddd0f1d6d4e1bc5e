#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <functional>
#include <list>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace lab::test {

/// A server on a thread of its own that answers what the test says: the counterpart of the
/// generator, so that its own faults show.
class fake_server {
public:
  /// @param answer  gets the number of the request, from 0; an empty text drops the connection,
  ///                "Connection: close" ends it behind the answer
  explicit fake_server(std::function<std::string(int)> answer,
                       std::chrono::milliseconds delay = std::chrono::milliseconds(0))
      : answer_(std::move(answer)), delay_(delay), listener_(listen_anywhere()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  ~fake_server() {
    thread_ = {};
    for (const peer& each : peers_) ::close(each.fd);
    ::close(listener_);
  }
  fake_server(const fake_server&) = delete;
  fake_server& operator=(const fake_server&) = delete;

  std::string endpoint() const { return endpoint_of(listener_); }
  int connections() const { return connections_; }

  /// An address that was free a moment ago.
  static std::string unused_endpoint() {
    const int fd = listen_anywhere();
    std::string text = endpoint_of(fd);
    ::close(fd);
    return text;
  }

private:
  struct peer {
    int fd;
    std::string unread;
  };

  static int listen_anywhere() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd, 128) != 0) {
      throw std::system_error(errno, std::generic_category(), "a fake server cannot listen");
    }
    return fd;
  }

  static std::string endpoint_of(int fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }

  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::vector<pollfd> watched = {{listener_, POLLIN, 0}};
      for (const peer& each : peers_) watched.push_back({each.fd, POLLIN, 0});
      if (::poll(watched.data(), watched.size(), 10) <= 0) continue;
      auto each = peers_.begin();
      for (std::size_t i = 1; i < watched.size(); ++i) {
        const auto current = each++;
        if (watched[i].revents == 0 || read_and_answer(*current)) continue;
        ::close(current->fd);
        peers_.erase(current);
      }
      if (watched[0].revents != 0) accept_one();
    }
  }

  void accept_one() {
    peers_.push_back({::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), {}});
    ++connections_;
  }

  // Returns false when the connection is over.
  bool read_and_answer(peer& from) {
    std::array<char, 4096> bytes;
    const ssize_t got = ::recv(from.fd, bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    from.unread.append(bytes.data(), static_cast<std::size_t>(got));
    for (auto end = from.unread.find("\r\n\r\n"); end != std::string::npos;
         end = from.unread.find("\r\n\r\n")) {
      from.unread.erase(0, end + 4);
      std::this_thread::sleep_for(delay_);
      const std::string text = answer_(answered_++);
      ::send(from.fd, text.data(), text.size(), MSG_NOSIGNAL);
      if (text.empty() || text.find("Connection: close") != std::string::npos) return false;
    }
    return true;
  }

  std::function<std::string(int)> answer_;
  std::chrono::milliseconds delay_;
  int listener_;
  std::atomic<int> connections_{0};
  int answered_ = 0;
  std::list<peer> peers_;
  std::jthread thread_;
};

}  // namespace lab::test
