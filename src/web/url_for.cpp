#include "web/linked_routes.hpp"
#include "web/percent.hpp"

#include <algorithm>
#include <stdexcept>

// What url_for() makes has to lead to the pattern it was made from: clients resolve dot segments,
// escaped or not, and a path that begins with "//" names a host (RFC 3986 4.2, 5.2.4).
namespace weft::detail {
namespace {

using piece_kind = route_pattern::piece_kind;

bool has_dot_segment(std::string_view path) {
  for (;;) {
    const auto segment = path.substr(0, path.find('/'));
    if (segment == "." || segment == "..") return true;
    if (segment.size() == path.size()) return false;
    path.remove_prefix(segment.size() + 1);
  }
}

class url_writer {
public:
  url_writer(const route& target, std::span<const url_argument> arguments)
      : target_(target), arguments_(arguments) {}

  std::string write(const route_pattern& pattern) {
    for (const auto& argument : arguments_) check(argument, pattern);
    for (const auto& piece : pattern.pieces) {
      if (piece.kind == piece_kind::text) out_ += piece.text;
      else append(value_of(piece.text), piece);
    }
    if (out_.starts_with("//")) refuse("begins with \"//\", which names a host");
    return std::move(out_);
  }

private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw std::invalid_argument("weft: url_for: the route \"" + target_.name() + "\" (" +
                                target_.pattern() + ") " + what);
  }
  [[noreturn]] void refuse(std::string_view name, const char* what) const {
    refuse(std::string(what) + " {" + std::string(name) + "}");
  }

  void check(const url_argument& argument, const route_pattern& pattern) const {
    const auto name = argument.name();
    const auto is_it = [name](const auto& other) { return other.name() == name; };
    if (std::find(pattern.names.begin(), pattern.names.end(), name) == pattern.names.end())
      refuse(name, "has no parameter");
    if (std::count_if(arguments_.begin(), arguments_.end(), is_it) > 1)
      refuse(name, "was given twice its parameter");
  }

  std::string_view value_of(std::string_view name) const {
    for (const auto& argument : arguments_) {
      if (argument.name() == name) return argument.value();
    }
    refuse(name, "was not given its parameter");
  }

  void append(std::string_view value, const route_pattern::piece& piece) {
    const bool takes_rest = piece.kind == piece_kind::wildcard;
    const bool is_dots = takes_rest ? has_dot_segment(value) : value == "." || value == "..";
    if (value.empty() || is_dots || (takes_rest && value.starts_with('/')))
      refuse(piece.text, "was given a value that cannot stand in a path for its parameter");
    for (const char c : value) {
      if (is_unreserved(c) || (takes_rest && c == '/')) out_ += c;
      else append_escape(out_, static_cast<unsigned char>(c));
    }
  }

  const route& target_;
  std::span<const url_argument> arguments_;
  std::string out_;
};

}  // namespace

std::string linked_routes::url_for(std::string_view name,
                                   std::span<const url_argument> arguments) const {
  const auto known = names_.find(std::string(name));
  if (known == names_.end()) {
    throw std::invalid_argument("weft: url_for: there is no route of the name \"" +
                                std::string(name) + "\"");
  }
  return url_writer(routes_[known->second], arguments).write(patterns_[known->second]);
}

}  // namespace weft::detail
