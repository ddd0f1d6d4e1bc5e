#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <system_error>

namespace weft {

/// What went wrong, in the few words that callers compare with.
///
/// Every layer maps its private codes to one of these, so `ec == condition::eof` is true for a
/// socket, a channel and an in-memory stream alike.
enum class condition {
  eof = 1,         ///< the peer or the last sender finished in good order
  canceled,        ///< the waiting task was cancelled
  timed_out,       ///< a deadline passed first
  limit_exceeded,  ///< a configured bound was reached
  refused,         ///< the peer or the operating system said no
  closed,          ///< this end was closed before
  bad_input,       ///< the bytes do not follow the grammar
};

std::error_code make_error_code(condition) noexcept;
std::error_condition make_error_condition(condition) noexcept;

/// Whether the code means that condition, whatever layer or system call it came from.
bool operator==(const std::error_code& code, condition c) noexcept;

/// A value or an error code: the return type of everything that fails for a reason outside the
/// program (peer, input, limit, time, cancel).
template <class T>
using result = boost::system::result<T, std::error_code>;

}  // namespace weft

template <>
struct std::is_error_code_enum<weft::condition> : std::true_type {};
