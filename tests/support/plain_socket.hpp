#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

// Blocking sockets on 127.0.0.1 that know nothing of weft: the other side of what is tested.

namespace weft::test {

/// A socket, closed with this object.
class plain_socket {
public:
  plain_socket() = default;
  explicit plain_socket(int descriptor) noexcept : descriptor_(descriptor) {}
  plain_socket(plain_socket&& other) noexcept : descriptor_(other.release()) {}
  plain_socket& operator=(plain_socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~plain_socket() { close(); }

  bool is_open() const noexcept { return descriptor_ >= 0; }
  int descriptor() const noexcept { return descriptor_; }
  /// The descriptor is the caller's from now on.
  int release() noexcept { return std::exchange(descriptor_, -1); }
  void close() noexcept {
    if (is_open()) ::close(release());
  }
  void reset() noexcept {
    const linger at_once{1, 0};
    if (is_open()) ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }
  void finish_writing() const noexcept { ::shutdown(descriptor_, SHUT_WR); }

  /// @return false where the connection is broken
  bool send(std::string_view bytes) const noexcept {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// One recv(2). @return as that, with errno
  ssize_t receive(std::string& into) const {
    char piece[16 * 1024];
    ssize_t got = 0;
    do got = ::recv(descriptor_, piece, sizeof piece, 0);
    while (got < 0 && errno == EINTR);
    if (got > 0) into.append(piece, static_cast<std::size_t>(got));
    return got;
  }
  bool has_something_within(std::chrono::milliseconds time) const noexcept {
    pollfd asked{descriptor_, POLLIN, 0};
    return ::poll(&asked, 1, static_cast<int>(time.count())) == 1;
  }

private:
  int descriptor_ = -1;
};

inline sockaddr_in loopback(std::uint16_t port) noexcept {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  return at;
}

/// @param patience        of each send and receive
/// @param receive_buffer  0: the system's choice
/// @return one that is not open where nobody listens
inline plain_socket connected_to(std::uint16_t port,
                                 std::chrono::milliseconds patience = std::chrono::seconds(20),
                                 int receive_buffer = 0) noexcept {
  plain_socket made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int socket = made.descriptor();
  const timeval most{patience.count() / 1000, patience.count() % 1000 * 1000};
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive_buffer != 0)
    ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const auto at = loopback(port);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) made.close();
  return made;
}

/// A socket that listens on a free port. Programs that are started inherit it.
inline plain_socket listening_on_loopback(int backlog = 16) {
  plain_socket made(::socket(AF_INET, SOCK_STREAM, 0));
  const auto at = loopback(0);
  if (::bind(made.descriptor(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
      ::listen(made.descriptor(), backlog) != 0)
    throw std::runtime_error("no listening socket");
  return made;
}

inline std::uint16_t port_of(const plain_socket& socket) noexcept {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  ::getsockname(socket.descriptor(), reinterpret_cast<sockaddr*>(&at), &size);
  return ntohs(at.sin_port);
}

}  // namespace weft::test
