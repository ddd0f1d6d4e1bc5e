#pragma once

#include "web/route_pattern.hpp"

#include <weft/http/method.hpp>
#include <weft/web/context.hpp>
#include <weft/web/method_set.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::detail {

/// A radix tree from method and path to a number.
///
/// At every position plain text goes before a parameter and a parameter before a wildcard, whatever
/// the order of registration; where that way ends without a route for the method, the next one is
/// tried. Names of parameters do not count. A node is entered at most once for each path, since its
/// place in the tree says which part of the path leads to it: a look-up never costs more than the
/// number of nodes.
/// Concurrent  match() from any number of threads while nobody adds
class route_tree {
public:
  static constexpr std::uint32_t none = UINT32_MAX;

  struct found {
    std::uint32_t target = none;
    method_set allowed;  ///< what the routes of this path answer, where `target` is none
  };

  /// @return the target that has the method and shape of this pattern already; the tree is then
  ///         unchanged
  std::optional<std::uint32_t> add(http_method method, const route_pattern& pattern,
                                   std::uint32_t target);

  /// HEAD finds GET where there is no HEAD. No allocation. @param path  in normal form
  found match(http_method method, std::string_view path, path_values& values) const;

  /// All methods that some route answers: for "OPTIONS *".
  method_set methods() const noexcept { return methods_; }

private:
  static constexpr std::size_t method_count = static_cast<std::size_t>(http_method::other) + 1;

  /// The routes that end in one place.
  struct terminal {
    std::array<std::uint32_t, method_count> targets;
    method_set methods;
  };
  struct node {
    std::string text;         // between the parent and this node
    std::string first_bytes;  // of the children's texts, in their order
    std::vector<std::uint32_t> children;
    std::uint32_t parameter = none;  // the node behind it
    std::uint32_t wildcard = none;   // a terminal
    std::uint32_t end = none;        // a terminal
  };
  struct search;

  std::uint32_t walk(std::uint32_t from, std::string_view text);
  std::uint32_t new_node(std::string_view text);
  std::uint32_t new_terminal();
  std::uint32_t& terminal_of(const route_pattern& pattern);
  void split(std::uint32_t at, std::size_t length);
  bool visit(const node& at, std::string_view rest, search& state) const;
  bool visit_text(const node& at, std::string_view rest, search& state) const;
  bool visit_parameter(const node& at, std::string_view rest, search& state) const;
  bool take(std::uint32_t terminal, search& state) const;

  std::vector<node> nodes_ = std::vector<node>(1);
  std::vector<terminal> terminals_;
  method_set methods_;
};

}  // namespace weft::detail
