#include "web/route_pattern.hpp"

#include "web/percent.hpp"

#include <weft/web/context.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>

namespace weft::detail {
namespace {

using piece_kind = route_pattern::piece_kind;

constexpr bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 3986 3.3: what may stand in a path without an escape, the slash included.
constexpr auto path_chars = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    table[i] =
        is_unreserved(c) || std::string_view("/!$&'()*+,;=:@").find(c) != std::string_view::npos;
  }
  return table;
}();

bool is_path_char(char c) noexcept { return path_chars[static_cast<unsigned char>(c)]; }

[[noreturn]] void refuse(std::string_view pattern, std::string_view rule) {
  throw std::logic_error("weft: the route pattern \"" + std::string(pattern) + "\" " +
                         std::string(rule));
}

void check_name(std::string_view pattern, std::string_view name) {
  const auto good = [](char c) { return is_letter_or_digit(c) || c == '_'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), good)) {
    refuse(pattern, "has a parameter whose name is not made of letters, digits and '_'");
  }
}

void add_name(route_pattern& out, std::string_view name) {
  check_name(out.text, name);
  if (std::find(out.names.begin(), out.names.end(), name) != out.names.end()) {
    refuse(out.text, "has the parameter {" + std::string(name) + "} twice");
  }
  if (out.names.size() == path_values::limit) {
    refuse(out.text, "has more than " + std::to_string(path_values::limit) + " parameters");
  }
  out.names.emplace_back(name);
}

void add_text(route_pattern& out, std::string_view text) {
  if (text.find_first_of("?#") != std::string_view::npos) {
    refuse(out.text, "must be a path: '?' and '#' do not belong to it");
  }
  std::string owner;
  const auto normal = normal_form(text, owner);
  if (!normal) refuse(out.text, "has a '%' that begins no escape");
  out.pieces.push_back({piece_kind::text, std::string(*normal)});
}

// @param inside  what stands between the braces  @param after  what follows them
void add_parameter(route_pattern& out, std::string_view inside, std::string_view after) {
  const bool wildcard = inside.starts_with('*');
  const auto name = inside.substr(wildcard ? 1 : 0);
  if (!out.pieces.back().text.ends_with('/') || !(after.empty() || after.front() == '/')) {
    refuse(out.text, "has a parameter that fills only a part of a segment; write \"/{name}/\"");
  }
  if (wildcard && !after.empty()) refuse(out.text, "has text behind the wildcard {*...}");
  add_name(out, name);
  out.pieces.push_back(
      {wildcard ? piece_kind::wildcard : piece_kind::parameter, std::string(name)});
}

}  // namespace

route_pattern parse_pattern(std::string_view pattern) {
  if (!pattern.starts_with('/')) refuse(pattern, "must begin with '/'");
  route_pattern out{std::string(pattern), {}, {}};
  auto rest = pattern;
  while (!rest.empty()) {
    const auto open = rest.find_first_of("{}");
    if (open != 0) add_text(out, rest.substr(0, open));
    if (open == std::string_view::npos) break;
    const auto close = rest.find('}', open);
    if (rest[open] == '}' || close == std::string_view::npos) {
      refuse(pattern, "has a brace without its partner");
    }
    const auto after = rest.substr(close + 1);
    add_parameter(out, rest.substr(open + 1, close - open - 1), after);
    rest = after;
  }
  return out;
}

std::string prefix_fault(std::string_view prefix) {
  if (!prefix.starts_with('/') || prefix.ends_with('/')) {
    return "weft: the group prefix \"" + std::string(prefix) +
           "\" must begin with '/' and must not end with one";
  }
  try {
    parse_pattern(prefix);
    return {};
  } catch (const std::logic_error& broken) {
    return broken.what();
  }
}

std::optional<std::string_view> normal_form(std::string_view path, std::string& owner) {
  if (std::all_of(path.begin(), path.end(), is_path_char)) return path;
  owner.clear();
  owner.reserve(path.size() + 16);
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%') {
      const int byte = escaped_byte(path.substr(i));
      if (byte < 0) return std::nullopt;
      if (is_unreserved(static_cast<char>(byte))) owner += static_cast<char>(byte);
      else append_escape(owner, static_cast<unsigned char>(byte));
      i += 2;
    } else if (is_path_char(path[i])) {
      owner += path[i];
    } else {
      append_escape(owner, static_cast<unsigned char>(path[i]));
    }
  }
  return owner;
}

}  // namespace weft::detail
