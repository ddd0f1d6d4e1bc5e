#include "web/files/static_path.hpp"

#include "web/percent.hpp"

#include <algorithm>

namespace weft::detail {
namespace {

// More is no file's name in any file system in use, and its path would be ENAMETOOLONG.
constexpr std::size_t longest_path = 4000;

constexpr bool is_refused_byte(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F || c == '/' || c == '\\';
}

bool is_good_segment(std::string_view segment, dot_files policy) {
  if (segment.empty() || segment == "." || segment == "..") return false;
  if (segment.front() == '.' && policy == dot_files::refused) return false;
  return std::ranges::none_of(segment, is_refused_byte);
}

}  // namespace

std::optional<static_path> parse_static_path(std::string_view encoded, dot_files policy) {
  static_path parsed;
  if (encoded.size() > longest_path) return std::nullopt;
  while (!encoded.empty()) {
    const auto slash = encoded.find('/');
    const auto segment = percent_decode(encoded.substr(0, slash));
    if (!segment || !is_good_segment(*segment, policy)) return std::nullopt;
    if (!parsed.name.empty()) parsed.name += '/';
    parsed.name += *segment;
    if (slash == encoded.npos) return parsed;
    encoded.remove_prefix(slash + 1);
  }
  parsed.is_folder = true;
  return parsed;
}

}  // namespace weft::detail
