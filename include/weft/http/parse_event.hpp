#pragma once

#include <cstddef>

namespace weft::http {

/// What a parser found in the bytes that it was given.
enum class parse_event {
  need_more,  ///< nothing to tell before more bytes arrive
  head,       ///< message() is filled; its views point into `unread`
  body,       ///< body_chunk() holds payload, a view into `unread`
  trailer,    ///< trailer() is one field of what follows a chunked body, views into `unread`
  done,       ///< the message is complete; reset() starts the next one
  error,      ///< error() says why; nothing after it is ever read as a message
};

struct parse_step {
  parse_event event;
  std::size_t consumed;  ///< bytes of `unread` that belong to the past now, framing too
};

}  // namespace weft::http
