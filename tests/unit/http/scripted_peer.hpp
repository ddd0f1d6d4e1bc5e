#pragma once

#include <weft/net/tcp_listener.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "running_server.hpp"

// A server that does what a test says, right or wrong: for the tests of the client.

namespace weft::test {

/// One connection as a script sees it.
class peer_connection {
public:
  peer_connection(tcp_stream stream, std::size_t n, std::function<void(std::string)> log)
      : number(n), stream_(std::move(stream)), log_(std::move(log)) {}

  /// The head of the next request; empty where the client has gone.
  task<std::string> next_head() {
    auto text = co_await until_text("\r\n\r\n");
    if (!text.empty()) log_(text);
    co_return text;
  }
  /// Bytes up to and with `end`; empty where they do not come.
  task<std::string> until_text(std::string end) {
    for (;;) {
      const auto at = unread_.find(end);
      if (at != std::string::npos) {
        auto text = unread_.substr(0, at + end.size());
        unread_.erase(0, text.size());
        co_return text;
      }
      const bool more = co_await receive();
      if (!more) co_return std::string();
    }
  }
  task<std::string> take(std::size_t size) {
    bool more = true;
    while (more && unread_.size() < size) more = co_await receive();
    auto text = unread_.substr(0, size);
    unread_.erase(0, text.size());
    co_return text;
  }
  /// Reads past that many bytes. @return how many there were
  task<std::size_t> drop(std::size_t size) {
    std::size_t dropped = 0;
    bool more = true;
    while (more && dropped < size) {
      dropped += unread_.size();
      unread_.clear();
      if (dropped < size) more = co_await receive();
    }
    co_return dropped;
  }
  /// Until the client ends the connection.
  task<> until_closed() {
    bool more = true;
    while (more) {
      unread_.clear();
      more = co_await receive();
    }
  }
  task<bool> send(std::string text) {
    auto sent = co_await stream_.write_all(text);
    co_return sent.has_value();
  }
  void finish() { stream_.finish_writing(); }

  const std::size_t number;  // of the peer's connections, from 1 on

private:
  task<bool> receive() {
    auto got = co_await stream_.read_some(buffer_);
    if (!got) co_return false;
    unread_.append(buffer_, 0, *got);
    co_return true;
  }

  tcp_stream stream_;
  std::string unread_;
  std::string buffer_ = std::string(64 * 1024, '\0');
  std::function<void(std::string)> log_;
};

class scripted_peer {
public:
  using script = std::function<task<>(peer_connection&)>;

  /// @param s  runs for each connection, which is closed when it ends
  explicit scripted_peer(script s) : script_(std::move(s)) {}

  task<> start() {
    const endpoint any{"127.0.0.1", 0};
    auto opened = tcp_listener::open(any);
    REQUIRE(opened.has_value());
    listener_.emplace(std::move(*opened));
    serving_.go(accept_all());
    co_return;
  }
  task<> stop() {
    listener_->close();
    serving_.cancel();
    co_await serving_.join();
  }
  endpoint address() const { return listener_->local(); }
  std::string url(std::string path = "/") const {
    return "http://" + to_string(listener_->local()) + path;
  }

  std::size_t connections() const { return accepted_; }
  /// Connections that are there now.
  std::size_t live() const { return live_; }
  std::vector<std::string> heads() const {
    std::lock_guard lock(mutex_);
    return heads_;
  }

private:
  task<> accept_all() {
    for (;;) {
      auto stream = co_await listener_->accept();
      if (!stream) co_return;
      serving_.go(serve(std::move(*stream)));
    }
  }
  task<> serve(tcp_stream stream) {
    ++live_;
    {
      peer_connection c(std::move(stream), ++accepted_, [this](std::string head) {
        std::lock_guard lock(mutex_);
        heads_.push_back(std::move(head));
      });
      co_await script_(c);
    }
    --live_;
  }

  const script script_;
  std::optional<tcp_listener> listener_;
  task_group serving_;
  std::atomic<std::size_t> accepted_{0};
  std::atomic<std::size_t> live_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
};

/// A script that gives each request of a connection the next of these answers, and then closes.
inline scripted_peer::script answering(std::vector<std::string> answers) {
  return [answers = std::move(answers)](peer_connection& c) -> task<> {
    for (const auto& answer : answers) {
      const auto head = co_await c.next_head();
      if (head.empty()) co_return;
      co_await c.send(answer);
    }
  };
}
/// A script that gives each request this answer, for as long as the client wants.
inline scripted_peer::script always(std::string answer) {
  return [answer = std::move(answer)](peer_connection& c) -> task<> {
    for (;;) {
      const auto head = co_await c.next_head();
      if (head.empty()) co_return;
      co_await c.send(answer);
    }
  };
}

inline std::string ok_with(const std::string& body, const std::string& more = "") {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more +
         "\r\n" + body;
}

/// Waits, for at most five seconds, until `holds` says so.
template <class Holds>
task<bool> soon(Holds holds) {
  for (int i = 0; i < 1000; ++i) {
    if (holds()) co_return true;
    co_await sleep(std::chrono::milliseconds(5));
  }
  co_return false;
}

}  // namespace weft::test
