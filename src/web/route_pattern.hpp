#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::detail {

/// "/items/{id}/files/{*rest}", taken apart.
///
/// A parameter fills a whole segment and is never empty; a wildcard takes the whole rest of the
/// path, slashes included, and stands last.
struct route_pattern {
  enum class piece_kind { text, parameter, wildcard };
  struct piece {
    piece_kind kind;
    std::string text;  ///< in normal form for `text`, else the name
  };

  std::string text;  ///< as it was written
  std::vector<piece> pieces;
  std::vector<std::string> names;  ///< of the parameters and the wildcard, in order
};

/// @throws std::logic_error  the pattern breaks a rule; the text names it
route_pattern parse_pattern(std::string_view pattern);

/// Why a text cannot be the prefix of a group: it must begin with '/' and not end with one.
/// @return empty where it can
std::string prefix_fault(std::string_view prefix);

/// The form in which request paths and patterns are compared: escapes of unreserved characters are
/// resolved, all others are upper case, bytes that a path must not hold as they are become escapes
/// (RFC 3986 6.2.2). "%2F" stays an escape: it is no separator.
///
/// @param owner  holds the result where it differs from `path`
/// @return nullopt for an escape that is none, such as "%zz"
std::optional<std::string_view> normal_form(std::string_view path, std::string& owner);

}  // namespace weft::detail
