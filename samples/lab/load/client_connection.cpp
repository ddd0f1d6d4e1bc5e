#include "client_connection.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace lab {

bool client_connection::connect(const sockaddr_in& peer) {
  close();
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return false;
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0 &&
      errno != EINPROGRESS) {
    close();
    return false;
  }
  state_ = state::connecting;
  return true;
}

bool client_connection::finish_connect() {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) return false;
  state_ = state::open;
  return true;
}

void client_connection::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  state_ = state::down;
  watches_writable = false;
  output_.clear();
  sent_ = 0;
  owed_.clear();
  reader_.reset();
}

void client_connection::ask(std::string_view request, const owed_reply& reply) {
  output_.append(request);
  owed_.push_back(reply);
}

bool client_connection::flush() {
  while (has_unsent()) {
    const ssize_t put = ::send(fd_, output_.data() + sent_, output_.size() - sent_, MSG_NOSIGNAL);
    if (put < 0) return errno == EAGAIN;
    sent_ += static_cast<std::size_t>(put);
  }
  output_.clear();
  sent_ = 0;
  return true;
}

}  // namespace lab
