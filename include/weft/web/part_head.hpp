#pragma once

#include <optional>
#include <string>

namespace weft {

/// What a part of a multipart form says about itself: the client's word, and UTF-8.
/// @source RFC 7578 4: other header fields are ignored
struct part_head {
  std::string name;                     ///< of the field
  std::optional<std::string> filename;  ///< of a file: text to show, never a path to open
  std::string content_type;             ///< empty where the part names none
};

}  // namespace weft
