#pragma once

#include <weft/http/status.hpp>
#include <weft/web/form_limits.hpp>
#include <weft/web/part_head.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weft::detail {

enum class multipart_event {
  need_more,  ///< all bytes are used up
  part,       ///< a part begins: head()
  data,       ///< some bytes of it: data()
  part_end,
  error,  ///< error(); nothing is read any more
};

struct multipart_error {
  http_status status = http_status::bad_request;
  std::string text;  ///< public
};

/// Reads multipart/form-data without I/O: bytes in, events out. Any split of the bytes gives the
/// same events, but for the sizes of `data`.
///
/// Strict: lines end with CR LF, a line that begins with the boundary is one or an error, and each
/// part says once which field it is. It keeps no byte of the data: what may be the beginning of a
/// boundary at the end of a piece is known, being that.
/// @source RFC 2046 5.1, RFC 7578
class multipart_parser {
public:
  struct step {
    multipart_event event;
    std::size_t consumed;
  };

  /// @param boundary  as boundary_of() gives it  @param limits  copied
  multipart_parser(std::string_view boundary, const form_limits& limits);

  /// Reads on to the next event. @param bytes  those that were not consumed, and what came then
  step next(std::string_view bytes);
  /// The body has ended. @return whether it may; else there is an error()
  bool finish();

  part_head& head() noexcept { return head_; }  ///< may be moved from
  /// Valid as long as the bytes that were given last, and until the next call.
  std::string_view data() const noexcept { return data_; }
  const multipart_error& error() const noexcept { return error_; }

private:
  enum class state {
    preamble,
    after_boundary,
    after_dash,
    padding,
    line_end,
    head,
    data,
    close_padding,
    close_line_end,
    epilogue,
    failed,
  };

  step read_boundary_line(char c);
  step read_head(std::string_view bytes);
  step read_data(std::string_view bytes);
  step skip_preamble(std::string_view bytes);
  step skip_epilogue(std::string_view bytes);
  step resume_match(std::string_view bytes);
  step end_data(std::size_t consumed);
  step go(state to) noexcept;
  step begin_part();
  step parse_head();
  bool count_outside(std::size_t bytes);
  step fail(std::string_view text, http_status status = http_status::bad_request);
  step fail_past(std::string_view what, std::size_t limit, std::string_view option,
                 http_status status = http_status::content_too_large);
  step fail_outside();

  std::string delimiter_;  // CR LF, two dashes and the boundary
  form_limits limits_;
  state state_ = state::preamble;
  // How much of the delimiter has been seen, and how much of that was the line end before the data,
  // which may be the delimiter's own: RFC 2046 has it so for a part that has no body.
  std::size_t matched_ = 2;
  std::size_t borrowed_ = 2;
  std::size_t parts_ = 0;
  std::size_t lines_ = 0;  // of the head at hand
  std::size_t outside_bytes_ = 0;
  std::size_t padding_ = 0;
  std::string block_;  // the lines of a head
  part_head head_;
  std::string_view data_;
  multipart_error error_;
};

/// The boundary that a Content-Type names. @return nullopt where there is not exactly one of 1 to
///         70 characters that may be in one
/// @source RFC 2046 5.1.1
std::optional<std::string> boundary_of(std::string_view content_type);

}  // namespace weft::detail
