#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lab {

/// Finds the end of one HTTP/1.1 answer in bytes that come in pieces of any size.
///
/// It is the generator's own reading and shares nothing with the server it measures. Framing by
/// Content-Length only: an answer without it, or with Transfer-Encoding, is an error here.
class http_reply_reader {
public:
  enum class event { need_more, body, done, error };

  /// Takes bytes off the front of `unread`. Call again until need_more: `body` gives a piece in
  /// body_piece(), `done` ends the answer and leaves what follows it in `unread`.
  event next(std::string_view& unread);

  int status() const { return status_; }
  bool keep_alive() const { return keep_alive_; }
  /// After `done`: the server closes the connection behind this answer.
  bool is_last() const { return part_ == part::finished && !keep_alive_; }
  /// What the Content-Length header promised.
  std::size_t body_size() const { return body_size_; }
  /// How much of the body came before the present piece.
  std::size_t body_offset() const { return body_offset_; }
  /// Points into the bytes of the call that returned `body`.
  std::string_view body_piece() const { return piece_; }
  /// The value of a header of the answer read last; empty where there is none. For checks outside
  /// the timed loop.
  std::string_view header(std::string_view lower_name) const;
  /// What was wrong, after `error`.
  std::string_view reason() const { return reason_; }

  void reset();

private:
  enum class part { head, body, finished };

  event read_head(std::string_view& unread);
  event take_body(std::string_view& unread);
  event fail(std::string_view reason);
  bool parse_head();

  part part_ = part::head;
  int status_ = 0;
  bool keep_alive_ = true;
  std::size_t body_size_ = 0;
  std::size_t body_offset_ = 0;
  std::size_t taken_ = 0;
  std::string head_;
  std::string_view piece_;
  std::string_view reason_;
};

}  // namespace lab
