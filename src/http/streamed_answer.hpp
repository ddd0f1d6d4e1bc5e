#pragma once

#include "wire.hpp"

#include <weft/http/body_writer.hpp>
#include <weft/http/field_list.hpp>
#include <weft/http/response.hpp>
#include <weft/http/response_writer.hpp>

#include <cstdint>
#include <string_view>

namespace weft::http {

/// Sends the answer whose body a producer writes: the head with the first bytes, the body in the
/// framing that the peer understands, and its end.
///
/// What is written passes through the wire's out(), a piece at a time, or past it where it needs no
/// framing; so an answer of any size holds no more than one piece. After an error nothing more is
/// sent, and the end is not.
class streamed_answer final : public body_writer {
public:
  /// @param answer  whose producer will write here
  streamed_answer(wire& w, const response& answer, const response_context& context);

  task<result<void>> write(std::string_view bytes) override;
  task<result<void>> write_file(const file& from, std::uint64_t offset,
                                std::uint64_t length) override;
  task<result<void>> flush() override;
  void add_trailer(std::string_view name, std::string_view value) override;

  /// The producer is done, and no task writes any more: puts the end of the body into out().
  /// @return false where something was not sent: then the peer must not take it for complete
  bool finish();

  /// Whether the producer is wanted: not for HEAD, 204 and the like.
  bool has_body() const noexcept { return has_body_; }
  /// Whether an error answer is still possible.
  bool has_begun() const noexcept { return wire_.answer_begun(); }
  /// Whether the end of the body is the end of the connection.
  bool ends_with_connection() const noexcept { return framing_.how == body_framing::kind::close; }

private:
  void begin();
  bool count(std::uint64_t bytes) noexcept;
  task<result<void>> send_piece(std::string_view piece);
  result<void> keep(result<void> sent) noexcept;

  wire& wire_;
  const response& answer_;
  const bool has_body_;
  const body_framing framing_;
  const response_context context_;
  std::uint64_t left_;  // of an announced length
  field_list trailers_;
  std::error_code error_;  // the first one
};

}  // namespace weft::http
