#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::conformance {

/// An answer as a client reads it.
struct answer {
  unsigned status = 0;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;

  /// @return nullopt also where there are several
  std::optional<std::string> field(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

/// What a client could not make sense of.
class malformed_answer : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

enum class answer_body { by_its_length, none };

/// Takes one answer from the front of what came. Stricter than a client has to be: what this server
/// never has to send (other line ends, folded lines, chunks, a body without a length) is refused.
///
/// @param body  none: the answer to a HEAD
/// @throws malformed_answer
answer take_answer(std::string_view& wire, answer_body body);

/// Whether it is a date in the one form that may be sent (RFC 9110 5.6.7).
bool is_imf_fixdate(std::string_view text);

}  // namespace weft::conformance
