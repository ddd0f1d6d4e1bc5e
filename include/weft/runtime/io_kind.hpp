#pragma once

#include <weft/base/error.hpp>

#include <string_view>

namespace weft {

/// How sockets wait for the operating system. Chosen once, when a scheduler is made; what a stream
/// or a listener does is the same for all.
enum class io_kind {
  automatic,  ///< the fastest that this system has
  portable,   ///< Asio's operations
  direct,     ///< Linux: an epoll set of weft's own inside Asio's; its streams wait nowhere else
};

std::string_view name_of(io_kind kind) noexcept;

/// @errors condition::bad_input  for a name that is none of io_kind_names()
result<io_kind> parse_io_kind(std::string_view name);

/// The names that this system takes, for messages: "automatic, portable, ...".
std::string_view io_kind_names() noexcept;

}  // namespace weft
