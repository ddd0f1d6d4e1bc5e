#include "direct_socket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <mutex>
#include <utility>

namespace weft::detail {
namespace {

std::error_code last_error() noexcept { return {errno, std::system_category()}; }
bool would_block() noexcept { return errno == EAGAIN || errno == EWOULDBLOCK; }

template <class Call>
ssize_t uninterrupted(Call call) noexcept {
  for (;;) {
    const ssize_t count = call();
    if (count >= 0 || errno != EINTR) return count;
  }
}

}  // namespace

direct_socket::direct_socket(unique_descriptor connected) noexcept
    : tcp_socket(connected.get()), watched(connected.release()) {}

// ------------------------------------------------------------------ reading

bool direct_socket::start_read(read_wait& op, task_handle waiter) {
  std::lock_guard held(lock_);
  if (!may_start(op, waiter, reading_aborted()) || op.wants_nothing()) return false;
  // Once: a peer that sends without end must not keep its reader from ever letting others run.
  if (std::exchange(unread_, false) && receive(op)) return false;
  op.error = watch(EPOLLIN);
  if (op.error) return false;
  reader_ = &op;
  return true;
}

bool direct_socket::receive(read_wait& op) noexcept {
  if (!op.find_room()) return true;
  const ssize_t count = uninterrupted(
      [&] { return ::recv(tcp_socket::descriptor(), op.into.data(), op.into.size(), 0); });
  if (count > 0) {
    op.count = static_cast<std::size_t>(count);
  } else if (count == 0) {
    op.error = condition::eof;
    remember_end();
  } else if (would_block()) {
    return false;
  } else {
    op.error = last_error();
  }
  return true;
}

void direct_socket::serve_reader(woken_tasks& woken, look_time& when) noexcept {
  if (reader_ == nullptr) {
    unread_ = true;
    stop_watching(EPOLLIN);
  } else if (receive(*reader_)) {
    if (reader_->wants_time()) reader_->note_found(when.since());
    woken.add(std::exchange(reader_, nullptr)->waiter);
  }
}

// ------------------------------------------------------------------ writing

// Without the lock: nothing else writes, and the descriptor is this task's until it is closed.
bool direct_socket::try_write(write_wait& op) {
  if (const int reason = writing_aborted().load()) {
    op.error = static_cast<condition>(reason);
    return true;
  }
  return op.from.empty() || send_some(op);
}

bool direct_socket::start_write(write_wait& op, task_handle waiter) {
  std::lock_guard held(lock_);
  if (!may_start(op, waiter, writing_aborted())) return false;
  op.error = watch(EPOLLOUT);
  if (op.error) return false;
  writer_ = &op;
  return true;
}

bool direct_socket::send_some(write_wait& op) const noexcept {
  const auto rest = op.from.substr(op.count);
  const ssize_t count = uninterrupted(
      [&] { return ::send(tcp_socket::descriptor(), rest.data(), rest.size(), MSG_NOSIGNAL); });
  if (count >= 0) {
    op.count += static_cast<std::size_t>(count);
    return op.count == op.from.size();
  }
  if (would_block()) return false;
  op.error = last_error();
  return true;
}

void direct_socket::serve_writer(woken_tasks& woken) noexcept {
  if (writer_ != nullptr && send_some(*writer_)) {
    woken.add(std::exchange(writer_, nullptr)->waiter);
  }
  // A socket nearly always has room: to go on watching for it would be an event at every turn.
  if (writer_ == nullptr) stop_watching(EPOLLOUT);
}

// ------------------------------------------------------------------ events and ends

void direct_socket::serve(std::uint32_t events, woken_tasks& woken, look_time& when) noexcept {
  const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (broken || (events & EPOLLIN) != 0) serve_reader(woken, when);
  if (broken || (events & EPOLLOUT) != 0) serve_writer(woken);
}

void direct_socket::cancel(socket_wait& op) noexcept {
  {
    std::lock_guard held(lock_);
    if (&op == reader_) reader_ = nullptr;
    else if (&op == writer_) writer_ = nullptr;
    else return;
    op.error = condition::canceled;
  }
  make_ready(op.waiter);
}

void direct_socket::end_aborted() noexcept {
  woken_tasks woken;
  const auto end = [&woken](auto*& op, const reason_word& reason_of) {
    const int reason = reason_of.load();
    if (op == nullptr || reason == 0) return;
    op->error = static_cast<condition>(reason);
    woken.add(std::exchange(op, nullptr)->waiter);
  };
  {
    std::lock_guard held(lock_);
    end(reader_, reading_aborted());
    end(writer_, writing_aborted());
  }
  woken.make_ready();
}

void direct_socket::dispose() noexcept {
  const unique_descriptor closing = withdraw();
  retire();
}

}  // namespace weft::detail
