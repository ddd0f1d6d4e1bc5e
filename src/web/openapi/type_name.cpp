#include "web/openapi/type_name.hpp"

#include <algorithm>
#include <cstddef>

namespace weft::detail {
namespace {

bool opens(char c) { return c == '<' || c == '(' || c == '{' || c == '['; }
bool closes(char c) { return c == '>' || c == ')' || c == '}' || c == ']'; }
bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Calls for each character that no bracket encloses.
template <class Function>
void at_depth_0(std::string_view text, Function look) {
  int depth = 0;
  for (std::size_t i = 0; i != text.size(); ++i) {
    if (closes(text[i])) --depth;
    if (depth == 0) look(i);
    if (opens(text[i])) ++depth;
  }
}

std::string_view without_scopes(std::string_view name) {
  std::size_t begin = 0;
  at_depth_0(name, [&](std::size_t i) {
    if (name.substr(i).starts_with("::")) begin = i + 2;
  });
  return name.substr(begin);
}

std::string joined(const std::string& left, const std::string& right) {
  return left.empty() || right.empty() ? left + right : left + '_' + right;
}

/// Runs of what cannot stand in a name become one '_', those at the ends nothing.
std::string plain(std::string_view text) {
  std::string out;
  bool gap = false;
  for (const char c : text) {
    if (!is_alphanumeric(c) && c != '.') {
      gap = true;
      continue;
    }
    if (gap && !out.empty() && out.back() != '.' && c != '.') out += '_';
    gap = false;
    if (c != '.' || !out.empty()) out += c;
  }
  return out;
}

std::string name_of(std::string_view name, bool with_scopes);

std::string names_of(std::string_view arguments, bool with_scopes) {
  std::string out;
  std::size_t begin = 0;
  at_depth_0(arguments, [&](std::size_t i) {
    if (arguments[i] != ',') return;
    out = joined(out, name_of(arguments.substr(begin, i - begin), with_scopes));
    begin = i + 1;
  });
  return joined(out, name_of(arguments.substr(begin), with_scopes));
}

std::string dotted(std::string_view scoped) {
  std::string out;
  for (std::size_t at = 0; at < scoped.size(); ++at) {
    const bool is_scope = scoped.substr(at, 2) == "::";
    out += is_scope ? '.' : scoped[at];
    if (is_scope) ++at;
  }
  return out;
}

std::string name_of(std::string_view name, bool with_scopes) {
  name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
  if (name.starts_with("std::__cxx11::basic_string<char") || name.starts_with("std::string"))
    return "string";
  const auto tail = without_scopes(name);
  const auto bracket = tail.find('<');
  const auto scopes = name.substr(0, name.size() - tail.size());
  std::string base(tail.substr(0, bracket));
  if (with_scopes) base = dotted(std::string(scopes) + base);
  base = plain(base);
  const auto end = tail.rfind('>');
  if (bracket == std::string_view::npos || end == std::string_view::npos || end < bracket)
    return base;
  return joined(base, names_of(tail.substr(bracket + 1, end - bracket - 1), with_scopes));
}

}  // namespace

std::string short_type_name(std::string_view demangled) { return name_of(demangled, false); }

std::string long_type_name(std::string_view demangled) { return name_of(demangled, true); }

}  // namespace weft::detail
