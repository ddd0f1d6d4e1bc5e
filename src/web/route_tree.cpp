#include "web/route_tree.hpp"

#include <algorithm>

namespace weft::detail {

struct route_tree::search {
  http_method method;
  path_values& values;
  found result;
};

std::optional<std::uint32_t> route_tree::add(http_method method, const route_pattern& pattern,
                                             std::uint32_t target) {
  auto& place = terminal_of(pattern);
  if (place == none) place = new_terminal();
  auto& routes = terminals_[place];
  auto& slot = routes.targets[static_cast<std::size_t>(method)];
  if (slot != none) return slot;
  slot = target;
  routes.methods.add(method);
  methods_.add(method);
  return std::nullopt;
}

route_tree::found route_tree::match(http_method method, std::string_view path,
                                    path_values& values) const {
  search state{method, values, {}};
  visit(nodes_.front(), path, state);
  return state.result;
}

bool route_tree::visit(const node& at, std::string_view rest, search& state) const {
  if (rest.empty()) return take(at.end, state);
  if (visit_text(at, rest, state) || visit_parameter(at, rest, state)) return true;
  if (at.wildcard == none) return false;
  state.values.push(rest);
  if (take(at.wildcard, state)) return true;
  state.values.pop();
  return false;
}

bool route_tree::visit_text(const node& at, std::string_view rest, search& state) const {
  const auto place = at.first_bytes.find(rest.front());
  if (place == std::string::npos) return false;
  const node& child = nodes_[at.children[place]];
  return rest.starts_with(child.text) && visit(child, rest.substr(child.text.size()), state);
}

bool route_tree::visit_parameter(const node& at, std::string_view rest, search& state) const {
  if (at.parameter == none || rest.front() == '/') return false;
  const auto length = std::min(rest.find('/'), rest.size());
  state.values.push(rest.substr(0, length));
  if (visit(nodes_[at.parameter], rest.substr(length), state)) return true;
  state.values.pop();
  return false;
}

bool route_tree::take(std::uint32_t place, search& state) const {
  if (place == none) return false;
  const auto& routes = terminals_[place];
  auto target = routes.targets[static_cast<std::size_t>(state.method)];
  if (target == none && state.method == http_method::head) {
    target = routes.targets[static_cast<std::size_t>(http_method::get)];
  }
  if (target != none) {
    state.result.target = target;
    return true;
  }
  state.result.allowed.add(routes.methods);
  return false;
}

std::uint32_t& route_tree::terminal_of(const route_pattern& pattern) {
  std::uint32_t at = 0;
  for (const auto& piece : pattern.pieces) {
    switch (piece.kind) {
      case route_pattern::piece_kind::text: at = walk(at, piece.text); break;
      case route_pattern::piece_kind::wildcard: return nodes_[at].wildcard;
      case route_pattern::piece_kind::parameter:
        if (nodes_[at].parameter == none) {
          const auto behind = new_node({});
          nodes_[at].parameter = behind;
        }
        at = nodes_[at].parameter;
    }
  }
  return nodes_[at].end;
}

// @return the node at which `text`, read from node `from` on, ends; made where there is none
std::uint32_t route_tree::walk(std::uint32_t from, std::string_view text) {
  while (!text.empty()) {
    const auto place = nodes_[from].first_bytes.find(text.front());
    if (place == std::string::npos) {
      const auto child = new_node(text);
      nodes_[from].first_bytes += text.front();
      nodes_[from].children.push_back(child);
      return child;
    }
    from = nodes_[from].children[place];
    const std::string_view own = nodes_[from].text;
    const auto common = static_cast<std::size_t>(
        std::mismatch(own.begin(), own.end(), text.begin(), text.end()).first - own.begin());
    if (common < own.size()) split(from, common);
    text.remove_prefix(common);
  }
  return from;
}

// The node keeps its place and the first `length` bytes; all else moves to a child of it.
void route_tree::split(std::uint32_t at, std::size_t length) {
  const auto below = new_node({});
  auto& upper = nodes_[at];
  auto& lower = nodes_[below];
  std::swap(upper, lower);
  upper.text = lower.text.substr(0, length);
  lower.text.erase(0, length);
  upper.first_bytes = lower.text.front();
  upper.children = {below};
}

std::uint32_t route_tree::new_node(std::string_view text) {
  nodes_.emplace_back().text = text;
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

std::uint32_t route_tree::new_terminal() {
  terminals_.emplace_back().targets.fill(none);
  return static_cast<std::uint32_t>(terminals_.size() - 1);
}

}  // namespace weft::detail
