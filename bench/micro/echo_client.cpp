#include "echo_client.hpp"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace micro {
namespace {

constexpr std::size_t message_bytes = 64;
constexpr std::uint64_t timer_mark = UINT64_MAX;  // no connection has this number

std::array<char, message_bytes> make_message() {
  std::array<char, message_bytes> message;
  message.fill('w');
  return message;
}

const std::array<char, message_bytes> message = make_message();

void watch(int epoll, int fd, std::uint64_t mark) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = mark;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) give_up("epoll_ctl");
}

// A timer and not the time limit of epoll_wait, which is in whole milliseconds.
void set_timer(int timer, load_clock::time_point until) {
  const auto since = until.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
  itimerspec when{};
  when.it_value.tv_sec = seconds.count();
  when.it_value.tv_nsec = std::chrono::nanoseconds(since - seconds).count();
  if (::timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, nullptr) != 0) give_up("timerfd_settime");
}

}  // namespace

void give_up(const char* what) {
  std::fprintf(stderr, "echo_load: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

echo_client::echo_client(const load_plan& plan)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  if (epoll_ < 0 || timer_ < 0) give_up("epoll and timer");
  watch(epoll_, timer_, timer_mark);
  for (unsigned i = 0; i < plan.connections; ++i) open(plan.to);
}

echo_client::~echo_client() {
  for (const connection& c : connections_) ::close(c.fd);
  ::close(timer_);
  ::close(epoll_);
}

void echo_client::open(const sockaddr_in& to) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) give_up("socket");
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) give_up("connect");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch(epoll_, fd, connections_.size());
  connections_.push_back({fd, 0, {}});
}

void echo_client::send(std::size_t number, load_clock::time_point meant_for) {
  connection& c = connections_[number];
  c.missing = message_bytes;
  c.meant_for = meant_for;
  // So few bytes always fit into an empty socket.
  const ssize_t sent = ::send(c.fd, message.data(), message.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(message.size())) give_up("send");
}

bool echo_client::read(connection& c) {
  std::array<char, message_bytes> into;
  const ssize_t got = ::recv(c.fd, into.data(), into.size(), 0);
  if (got <= 0 || static_cast<std::size_t>(got) > c.missing) give_up("the server did not echo");
  const std::size_t start = message_bytes - c.missing;
  const auto count = static_cast<std::size_t>(got);
  if (std::memcmp(into.data(), message.data() + start, count) != 0) give_up("a wrong echo");
  c.missing -= count;
  return c.missing == 0;
}

const std::vector<echo_client::answer>& echo_client::wait(load_clock::time_point until) {
  std::array<epoll_event, 256> events;
  answers_.clear();
  set_timer(timer_, until);
  int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
  if (count < 0 && errno != EINTR) give_up("epoll_wait");
  for (int i = 0; i < count; ++i) {
    const std::uint64_t mark = events[static_cast<std::size_t>(i)].data.u64;
    if (mark == timer_mark || !read(connections_[mark])) continue;
    const auto took = load_clock::now() - connections_[mark].meant_for;
    answers_.push_back({mark, std::chrono::duration<double, std::milli>(took).count()});
  }
  return answers_;
}

}  // namespace micro
