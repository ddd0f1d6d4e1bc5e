#include <weft/web/files/content_disposition.hpp>

#include "web/percent.hpp"

#include <algorithm>
#include <stdexcept>

namespace weft {
namespace {

constexpr bool is_refused(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F || c == '/' || c == '\\';
}

/// What every client reads alike between quotes. Some resolve '%' there.
constexpr bool is_plain(char c) noexcept {
  return c >= ' ' && c < '\x7f' && c != '"' && c != '\\' && c != '%';
}

/// RFC 8187 3.2.1: attr-char.
constexpr bool is_attribute_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$&+-.^_`|~").find(c) != std::string_view::npos;
}

/// One '_' for each character that is not plain, not for each of its bytes.
std::string plain_form(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (is_plain(c)) plain += c;
    else if (!continues) plain += '_';
  }
  return plain;
}

}  // namespace

std::string content_disposition(disposition how, std::string_view file_name) {
  if (file_name.empty() || !detail::is_utf8(file_name) ||
      std::ranges::any_of(file_name, is_refused))
    throw std::invalid_argument("content_disposition: that is no name of a file");
  std::string text = how == disposition::attachment ? "attachment" : "inline";
  text += "; filename=\"" + plain_form(file_name) + '"';
  if (std::ranges::all_of(file_name, is_plain)) return text;
  text += "; filename*=UTF-8''";
  for (const char c : file_name) {
    if (is_attribute_character(c)) text += c;
    else detail::append_escape(text, static_cast<unsigned char>(c));
  }
  return text;
}

}  // namespace weft
