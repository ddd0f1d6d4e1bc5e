#pragma once

#include <cstddef>
#include <string>

namespace weft {

class context;

/// How much of a form is taken, beside http_limits::max_body_bytes; app::limit_forms() sets it. The
/// answer past a limit names the member.
///
/// Every value counts as it stands: 0 allows nothing.
struct form_limits {
  std::size_t max_fields = 1000;  ///< of a urlencoded form, empty pairs not counted; past it 400

  // Of a multipart form.
  std::size_t max_parts = 128;                   ///< past it 413
  std::size_t max_part_headers = 8;              ///< lines of a part's head; past it 413
  std::size_t max_part_header_bytes = 4 * 1024;  ///< of a part's head; past it 413
  std::size_t max_outside_bytes =
      1024;  ///< before the first part, and behind the last; past it 400
  std::size_t max_text_bytes = 64 * 1024;  ///< of a field that is no file, in form<T>; past it 413
  std::size_t max_memory_bytes = 64 * 1024;  ///< of an upload; a larger one is a temporary file
  std::string temporary_folder{};            ///< for these; empty: TMPDIR, else the system's
};

namespace detail {

/// What the app has set, or the defaults.
const form_limits& form_limits_of(const context& ctx) noexcept;

}  // namespace detail
}  // namespace weft
