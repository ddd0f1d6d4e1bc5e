#pragma once

#include "layout.hpp"

#include <weft/base/byte_buffer.hpp>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weft::detail {

/// Writes JSON tokens at the end of a buffer, through a cursor of its own: one test for room a
/// token instead of one a character. What was written is in the buffer when the writer is gone.
class json_writer {
public:
  explicit json_writer(byte_buffer& out) : out_(out) { open(256); }
  json_writer(const json_writer&) = delete;
  json_writer& operator=(const json_writer&) = delete;
  ~json_writer() { out_.commit(written()); }

  void raw(char c) {
    room(1);
    *at_++ = c;
  }
  void raw(std::string_view text) {
    room(text.size());
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  /// @param text  a json_member::piece
  void piece(std::string_view text) {
    room(text.size() + json_piece_block);
    std::memcpy(at_, text.data(), json_piece_block);
    if (text.size() > json_piece_block)
      std::memcpy(at_ + json_piece_block, text.data() + json_piece_block,
                  text.size() - json_piece_block);
    at_ += text.size();
  }
  template <class Integer>
  void number(Integer value) {
    room(longest_number);
    at_ = std::to_chars(at_, at_ + longest_number, value).ptr;
  }
  template <class Float>
  void floating(Float value) {
    if (!std::isfinite(value)) return raw("null");
    // "-0" would read back as the integer, which has no sign.
    if (value == 0) return raw(std::signbit(value) ? "-0.0" : "0");
    number(value);
  }
  void string(std::string_view text);

private:
  static constexpr std::size_t longest_number = 32;

  std::size_t written() const noexcept { return static_cast<std::size_t>(at_ - start_); }
  void room(std::size_t count) {
    if (static_cast<std::size_t>(end_ - at_) < count) more(count);
  }
  void more(std::size_t count) {
    out_.commit(written());
    open(count);
  }
  void open(std::size_t count) {
    start_ = at_ = out_.prepare(count);
    end_ = start_ + (out_.capacity() - out_.size());
  }
  void escape(char c);

  byte_buffer& out_;
  char* start_ = nullptr;  ///< the end of the buffer
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace weft::detail
