#pragma once

#include <array>
#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace limit {

/// The Date header's text, formatted once a second (RFC 9110 5.6.7).
class date_cache {
public:
  date_cache() { refresh(); }
  void refresh();
  std::string_view text() const { return {text_.data(), 29}; }

private:
  std::time_t second_ = 0;
  std::array<char, 32> text_{};
};

/// One keep-alive connection: bytes in, answers out.
class connection {
public:
  enum class after {
    open,     ///< all that was asked is answered and sent
    blocked,  ///< the peer does not read: wait for room, then flush()
    closed,   ///< finished or broken
  };

  explicit connection(int fd) : fd_(fd) {}
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  int fd() const { return fd_; }
  /// Receives once and answers every whole request that has come.
  after serve_readable(const date_cache& date);
  /// Sends what is left of the answers.
  after flush();

  bool waits_for_room = false;

private:
  bool answer_pending(const date_cache& date);
  void answer(std::string_view head, std::string_view body, const date_cache& date);

  int fd_;
  bool last_ = false;  ///< close once the output is out
  std::size_t filled_ = 0;
  std::vector<char> input_ = std::vector<char>(8192);
  std::string body_;
  std::string output_;
  std::size_t sent_ = 0;
};

}  // namespace limit
