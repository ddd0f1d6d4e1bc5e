#pragma once

#include <weft/web/middleware.hpp>

#include <string>
#include <utility>

namespace weft {

/// What a request is called in logs and reports; request_ids() puts it for each.
class request_id {
public:
  explicit request_id(std::string text) : text_(std::move(text)) {}
  const std::string& text() const noexcept { return text_; }

private:
  std::string text_;
};

struct request_id_options {
  std::string header = "X-Request-ID";
  /// Takes over the id that comes with a request, if it is 1 to 128 of the letters, digits and
  /// "-._~+/=:". For who stands behind a proxy of its own: any client may send any id.
  bool takes_over = false;
};

/// Gives every request an id and tells it with the answer, so that a person who reports a failure
/// can say which. A handler takes local<request_id>. An error has it in its problem+json, and in
/// its line of the log: what is thrown by middleware further out has none.
///
/// An id is 32 hexadecimal digits. Ids are unlike each other, not secret.
/// @throws std::invalid_argument  the header is no field name
/// @example tests/unit/web/middleware/request_ids_test.cpp:request_ids
middleware request_ids(request_id_options options = {});

}  // namespace weft
